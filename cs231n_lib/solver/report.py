"""The lines or the progress bar that a Solver shows while it trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from cs231n_lib.solver.solver import Solver


class TrainingReport:
    """The report of one call of train(), as a context manager: lines and, if the Solver asks for it, a progress bar."""

    def __init__(self, solver: Solver, last_step: int) -> None:
        self.solver, self.last_step = solver, last_step
        self.bar: Any = None  # tqdm's

    def __enter__(self) -> Self:
        if self.solver.progress:
            from tqdm.auto import tqdm

            self.bar = tqdm(total=self.last_step, initial=self.solver.step, desc="training", unit="step")
        return self

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def loss(self) -> None:
        """Show the loss, after a step."""
        solver = self.solver
        loss = solver.loss_history[-1]
        if self.bar is not None:
            self.bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            self.bar.update()
        elif (solver.step - 1) % solver.print_every == 0:
            self.line(f"(Iteration {solver.step} / {self.last_step}) loss: {loss:.6f}")

    def accuracies(self) -> None:
        """Show the accuracies, after an epoch."""
        solver = self.solver
        self.line(
            f"(Epoch {solver.epoch} / {solver.num_epochs}) train acc: {solver.train_acc_history[-1]:.4f}; "
            f"val acc: {solver.val_acc_history[-1]:.4f}"
        )

    def line(self, text: str) -> None:
        """Print a line if the Solver is verbose."""
        if self.solver.verbose:
            if self.bar is None:
                print(text)
            else:
                self.bar.write(text)
