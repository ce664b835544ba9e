"""Attendance: punches, shifts, and what payroll gets."""
