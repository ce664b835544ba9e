"""What functions behind the API gateway share: who calls, problem documents, headers of answers."""
