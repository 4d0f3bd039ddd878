"""A made-up class in the shape of each platform's files: two people of one name, and names of many scripts.

The shapes are those that docs/canvas.md and the pages beside it quote.
"""

import unicodedata

# (number, login, last name, first name)
CLASS = [
    ("1001", "alee1", "Lee", "Ann"),
    ("1002", "alee2", "Lee", "Ann"),
    ("1003", "jgarcia", "García Márquez", "José"),
    ("1004", "cobrien", "O'Brien", "Conor"),
    ("1005", "ming", "李", "明"),
    ("1006", "jmuller", "Müller-Lüdenscheidt", "Jörg"),
    ("1007", "a_b", "Berg", "Åsa van der"),
]
WESTERN = [row for row in CLASS if row[2] != "李"]  # what Windows-1252 can write
CANVAS_ROWS = "".join(f'"{last}, {first}",{n},S{n},{login},Section A,,\n' for n, login, last, first in CLASS)


def canvas(rows=CLASS, separator=",", mark="", posting=True, cells=None):
    """Canvas's gradebook; `cells` maps a number to the cell of the assignment."""
    lines = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums (555)", "Current Score"]]
    if posting:
        lines.append(["", "", "", "", "", "Manual Posting", ""])
    lines.append(["    Points Possible", "", "", "", "", "14.00", "(read only)"])
    for n, login, last, first in rows:
        lines.append([f'"{last}, {first}"', n, f"S{n}", login, "CS231n, A", (cells or {}).get(n, ""), "0.00"])
    lines.append(['"Student, Test"', "9999", "", "f" * 40, "CS231n", "", ""])
    text = "".join(
        separator.join(f'"{cell}"' if separator in cell and not cell.startswith('"') else cell for cell in line) + "\n"
        for line in lines
    )
    return (mark + text).encode()


NAMES_OF_MOODLE = ("First name", "Last name", "ID number", "Email address")


def moodle(rows=CLASS, separator=",", header=NAMES_OF_MOODLE, numbers=True, grades=None):
    """Moodle's grade export; `grades` maps a number to the cell of the assignment."""
    lines = [[*header, "Assignment: Sums (Real)", "Course total (Real)", "Last downloaded from this course"]]
    for n, login, last, first in rows:
        lines.append(
            [first, last, f"M{n}" if numbers else "", f"{login}@x.edu", (grades or {}).get(n, "-"), "-", "1764547200"]
        )
    quoted = [[f'"{cell}"' if " " in cell or separator in cell else cell for cell in line] for line in lines]
    return "".join(separator.join(line) + "\n" for line in quoted).encode()


def worksheet(rows=CLASS, first_number=301):
    """Moodle's worksheet for grading offline; its numbers are those of the download of submissions."""
    header = 'Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum grade","Grade can be changed"'
    header += ',"Last modified (grade)"'
    lines = [
        f'"Participant {first_number + i}","{first} {last}",M{n},{login}@x.edu,"Submitted for grading",,14.00,Yes,-'
        for i, (n, login, last, first) in enumerate(rows)
    ]
    return ("\ufeff" + "\n".join([header, *lines]) + "\n").encode()


def blackboard(rows=CLASS, encoding="utf-16-le", separator="\t", grades=None):
    """Blackboard's full grade center: UTF-16 with tabs, or CSV."""
    header = ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"]
    lines = [[*header, "Sums [Total Pts: 14 Score] |98765", "Total [Total Pts: 14 Score] |98764"]]
    for n, login, last, first in rows:
        lines.append([last, first, login, n, "2026-11-20 10:00:00", "Yes", (grades or {}).get(login, ""), ""])
    text = "".join(separator.join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)
    return ("\ufeff" + text).encode(encoding)


def brightspace(rows=CLASS, newline="\r\n", grades=None):
    """Brightspace's export with both key fields and the user's details."""
    item = "Sums Points Grade <Numeric MaxPoints:14 Weight:10>"
    lines = [["OrgDefinedId", "Username", "Last Name", "First Name", "Email", item, "End-of-Line Indicator"]]
    for n, login, last, first in rows:
        lines.append([f"#{n}", f"#{login}", last, first, f"{login}@x.edu", (grades or {}).get(n, ""), "#"])
    return ("\ufeff" + "".join(",".join(line) + newline for line in lines)).encode()


def gradescope(rows=CLASS):
    """Gradescope's roster; the address identifies whoever has no SID."""
    lines = ["First Name,Last Name,SID,Email,Role,Sections"]
    lines += [
        f"{unicodedata.normalize('NFD', first)},{unicodedata.normalize('NFD', last)},{n},{login}@x.edu,Student,A"
        for n, login, last, first in rows
    ]
    lines.append("Tia,Assistant,,ta@x.edu,TA,")
    return ("\n".join(lines) + "\n").encode()


def github(identifiers):
    """GitHub Classroom's roster: (identifier, login on GitHub or "")."""
    lines = ['"identifier","github_username","github_id","name"']
    lines += [f'"{identifier}","{login}","{1 if login else ""}",""' for identifier, login in identifiers]
    return ("\n".join(lines) + "\n").encode()
