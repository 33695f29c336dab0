"""台账和月报：what was done in a place in a month, a quarter, a year; counted from the rows, typed in nowhere."""
