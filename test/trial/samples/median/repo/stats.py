def median(numbers):
    """The number in the middle of the sorted numbers."""
    if not numbers:
        raise ValueError("median of no numbers")
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2]
