"""The publisher holds the log of its lists against its register, and puts right what does not stand there as it should."""
