"""Prints what the native program says of a host in the lines that lib.sh prints of the module.
Arguments: the report (JSON), what the run wrote to standard error, the inventory (JSON)."""
import json
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return json.loads(text) if text.strip() else None


report, inventory = read(sys.argv[1]), read(sys.argv[3])
with open(sys.argv[2], encoding="utf-8") as error:
    for line in error:
        print(("snapshot " if line.startswith("WARNING") else "error: ") + line.rstrip().replace("WARNING:", "warning:"))
if report:
    print("verdict:", report["verdict"])
    print("quiet:", report["verdictKind"] == "Compliant")
    for warning in report.get("warnings", []):
        print("warning:", warning)
    for warning in (inventory or {}).get("warnings", []):
        print("inventory warning:", warning)
    for repository in report["repositories"]:
        print("repository:", repository["name"], repository["status"], repository.get("message", ""))
    for finding in report["findings"]:
        policy = "".join(" | policy: " + line for line in finding.get("hostPolicy", []))
        print(
            f'{finding["state"]} {finding["name"]}.{finding["architecture"]} {finding.get("installed", "")} -> '
            f'{finding.get("available", "")} [{finding.get("classification", "")}/{finding.get("severity", "")}] '
            f'{" ".join(finding.get("advisories", []))} :: {finding["why"]}{policy}'
        )
