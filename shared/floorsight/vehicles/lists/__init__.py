"""Who is let in, who is not, and who visits: a site's lists of vehicles."""
