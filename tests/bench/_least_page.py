"""The least application that shows a page of companies: psycopg, a string, an exact count. The limit of admin-list."""
import os
from html import escape
from urllib.parse import parse_qs

import psycopg

ROWS = """SELECT c.id, c.legal_name, c.status, c.country, k.name, u.name, c.incomplete FROM tiers_company c
LEFT JOIN tiers_category k ON k.id = c.category_id LEFT JOIN iam_user u ON u.id = c.account_manager_id
WHERE c.merged_into_id IS NULL ORDER BY c.sort_name, c.id LIMIT 100 OFFSET %s"""
COUNT = "SELECT count(*) FROM tiers_company WHERE merged_into_id IS NULL"
ROW = ('<tr><td><input type="checkbox" name="_selected_action" value="{0}" aria-label="{1}"></td>'
       '<td><a href="/admin/tiers/company/{0}/change/">{1}</a></td><td>{2}</td><td>{3}</td><td>{4}</td><td>{5}</td><td>{6}</td></tr>')
PAGE = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Companies</title></head><body><h1>Companies</h1>
<form method="post"><table><thead><tr><th></th><th>Legal name</th><th>Status</th><th>Country</th><th>Category</th><th>Account manager</th>
<th>Incomplete</th></tr></thead><tbody>{rows}</tbody></table></form><p>{count} companies</p></body></html>"""
connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options="-c jit=off -c random_page_cost=1.1")


def application(environ, start_response):
    page = int(parse_qs(environ["QUERY_STRING"]).get("p", ["1"])[0])
    rows = connection.execute(ROWS, [(page - 1) * 100]).fetchall()
    count = connection.execute(COUNT).fetchone()[0]
    shown = "".join(ROW.format(*("" if value is None else escape(str(value)) for value in row)) for row in rows)
    body = PAGE.format(rows=shown, count=count).encode()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
