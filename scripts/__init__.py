"""The `ringfence` command line, and the executables that set up, run, test and measure the project."""
