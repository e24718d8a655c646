"""Who may do what to what, in a form that is read and reviewed: role, action, resources."""

from typing import Any

from synthesised import Assembly, Resource

Matrix = dict[str, dict[str, list[str]]]


def iam_matrix(assembly: Assembly) -> Matrix:
    """Every role of a stage; a resource is followed by the condition under which it may be used."""
    matrix: Matrix = {
        _role_name(role): {"may be assumed by": _principals(role)}
        for role in assembly.of_type("AWS::IAM::Role")
    }
    for policy in assembly.of_type("AWS::IAM::ManagedPolicy"):
        for role in policy.properties["Roles"]:
            row = matrix[f"{policy.stack}.{_strip(role['Ref'])}"]
            for statement in policy.properties["PolicyDocument"]["Statement"]:
                _add(row, statement, assembly)
    return {role: dict(sorted(row.items())) for role, row in sorted(matrix.items())}


def _add(row: dict[str, list[str]], statement: dict[str, Any], assembly: Assembly) -> None:
    assert statement["Effect"] == "Allow"
    condition = _condition(statement.get("Condition"), assembly)
    resources = [f"{assembly.name_of(each)}{condition}" for each in _list(statement["Resource"])]
    for action in _list(statement["Action"]):
        row[action] = sorted({*row.get(action, []), *resources})


def _condition(condition: dict[str, Any] | None, assembly: Assembly) -> str:
    """` via s3` for a key used on behalf of a service; any other condition as it is written."""
    if condition is None:
        return ""
    if [list(wanted) for wanted in condition.values()] == [["kms:ViaService"]]:
        (services,) = condition["StringEquals"].values()
        names = [assembly.name_of(each).partition(".")[0] for each in _list(services)]
        return f" via {', '.join(sorted(names))}"
    parts = [
        f"{key} {operator} {', '.join(assembly.name_of(each) for each in _list(values))}"
        for operator, wanted in condition.items()
        for key, values in wanted.items()
    ]
    return f" when {' and '.join(parts)}"


def _principals(role: Resource) -> list[str]:
    statements = role.properties["AssumeRolePolicyDocument"]["Statement"]
    return sorted(str(each["Principal"]["Service"]) for each in statements)


def _role_name(role: Resource) -> str:
    assert "Policies" not in role.properties, f"{role} has inline policies"
    assert "ManagedPolicyArns" not in role.properties, f"{role} has policies from elsewhere"
    return f"{role.stack}.{_strip(role.id)}"


def _strip(logical_id: str) -> str:
    return logical_id[:-8].removesuffix("Role")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
