"""What the state publishes: divisions, causes of action, dispute types, ministries, case numbers, working days."""
