"""The pure decision core: facts and a policy in, a Decision out. Standard library only, no clock, no I/O."""
