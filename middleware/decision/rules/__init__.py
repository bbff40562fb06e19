"""One module per family of rules. A rule is a pure function: facts and policy in, one Verdict out."""
