"""The course's figures. Every function returns a matplotlib Figure and does not call plt.show.

In a notebook each figure appears once, at the end of its cell, whether or not the call is the last line of the cell,
ends with a semicolon or is assigned:

    vis.loss_curve(history);

Images may be uint8, or floats in 0..1 or 0..255. Other floats (centred images, weights) are rescaled so that the
smallest value is black and the largest is white. Images may be (N, H, W, C), (N, C, H, W), (N, H, W) or flattened
(N, 3072).
"""

from cs231n_lib.vis.evaluation import accuracy_against_k, confusion_matrix, distance_matrix, times
from cs231n_lib.vis.graphs import computational_graph
from cs231n_lib.vis.images import misclassified_images, neighbors, samples_per_class, show_images
from cs231n_lib.vis.searches import search_grid, search_scatter
from cs231n_lib.vis.segmentation import mask_overlap, masks
from cs231n_lib.vis.style import BLUE, GREEN, GREY, ORANGE, RED, STYLE, WIDTH
from cs231n_lib.vis.surfaces import paths
from cs231n_lib.vis.training import activation_histograms, loss_curve, training_curves, update_ratios
from cs231n_lib.vis.weights import activation_maps, visualize_grid, weight_grid, weight_templates

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "RED",
    "STYLE",
    "WIDTH",
    "accuracy_against_k",
    "activation_histograms",
    "activation_maps",
    "computational_graph",
    "confusion_matrix",
    "distance_matrix",
    "loss_curve",
    "mask_overlap",
    "masks",
    "misclassified_images",
    "neighbors",
    "paths",
    "samples_per_class",
    "search_grid",
    "search_scatter",
    "show_images",
    "times",
    "training_curves",
    "update_ratios",
    "visualize_grid",
    "weight_grid",
    "weight_templates",
]
