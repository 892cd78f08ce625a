using System.Globalization;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Patterns;
using PatchTools.Ports;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// dnf 5's version locks (dnf5-versionlock(8)): of every package that an entry names, only versions that meet all
/// conditions of one of its entries are seen.
/// </summary>
internal sealed record Dnf5VersionLock(string File, IReadOnlyList<Dnf5LockEntry> Entries)
{
    private const string FormatVersion = "1.0";

    // dnf5 5.2 (dnf5-versionlock(8)):
    // version = "1.0"
    //
    // [[packages]]
    // name = "acpi"
    // comment = "Added by 'versionlock add' command on 2026-01-12 10:11:12"
    // [[packages.conditions]]
    // key = "evr"
    // comparator = "<"
    // value = "4"
    // [[packages.conditions]]
    // key = "evr"
    // comparator = ">="
    // value = "3"
    /// <summary>Null when there is no file, or nothing in it locks anything.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="toml">Reads the file.</param>
    /// <param name="warnings">What of the file is not understood is named here.</param>
    public static Dnf5VersionLock? Read(string path, ITomlReader toml, List<string> warnings)
    {
        if (IniFile.Text(path) is not { } text)
            return null;
        IReadOnlyDictionary<string, object> document;
        try
        {
            document = toml.Read(text);
        }
        catch (InvalidDataException e)
        {
            warnings.Add($"{path} cannot be read, so none of its version locks is followed: {e.Message}");
            return null;
        }

        if (document.GetValueOrDefault("version") is not FormatVersion)
            warnings.Add($"{path}: its version is not \"{FormatVersion}\"; dnf 5 may refuse it.");
        List<Dnf5LockEntry> entries = [];
        if (document.GetValueOrDefault("packages") is IReadOnlyList<object> packages)
        {
            for (var i = 0; i < packages.Count; i++)
            {
                var entry = string.Create(CultureInfo.InvariantCulture, $"{path}, entry {i + 1}");
                if (Entry(packages[i], entry, warnings) is { } found)
                    entries.Add(found);
            }
        }
        else if (document.ContainsKey("packages"))
        {
            warnings.Add($"{path}: 'packages' is not a list of tables, so nothing is locked.");
        }

        return entries.Count == 0 ? null : new Dnf5VersionLock(path, entries);
    }

    private static Dnf5LockEntry? Entry(object value, string where, List<string> warnings)
    {
        if (
            value is not IReadOnlyDictionary<string, object> table
            || table.GetValueOrDefault("name") is not string { Length: > 0 } name
        )
        {
            warnings.Add($"{where}: it has no name, so it locks nothing.");
            return null;
        }

        where += $" ({name})";
        if (table.GetValueOrDefault("conditions", Array.Empty<object>()) is not IReadOnlyList<object> list)
        {
            warnings.Add($"{where}: its conditions are not a list of tables, so it locks nothing.");
            return null;
        }

        List<Dnf5LockCondition> conditions = [];
        foreach (var condition in list)
        {
            if (Dnf5LockCondition.From(condition, out var problem) is { } found)
                conditions.Add(found);
            else
                warnings.Add($"{where}: {problem}; this condition is left out, as dnf 5 does.");
        }

        if (conditions.Count == 0)
            warnings.Add($"{where}: it has no condition, so every version is allowed.");
        return new Dnf5LockEntry(name, conditions);
    }
}

/// <summary>What an entry allows of the packages that it names.</summary>
/// <param name="Name">A glob.</param>
/// <param name="Conditions">All must hold.</param>
internal sealed record Dnf5LockEntry(string Name, IReadOnlyList<Dnf5LockCondition> Conditions)
{
    private readonly GlobPattern _name = GlobPattern.Compile(Name);

    /// <summary>It keeps packages at versions, where another only leaves single versions out.</summary>
    public bool Holds => Conditions.Any(c => !c.OnlyLeavesOut);

    public bool Names(ReadOnlySpan<byte> name) => _name.Matches(name);

    public bool Allows(string edition, string architecture) => Conditions.All(c => c.Holds(edition, architecture));

    public override string ToString() => Conditions.Count == 0 ? Name : $"{Name} {string.Join(" and ", Conditions)}";
}

/// <summary>
/// One condition: a part of a version against a value. dnf 5 (5.4.6) knows three parts, and takes an architecture as it
/// is written.
/// </summary>
internal sealed record Dnf5LockCondition
{
    private readonly string _key;
    private readonly string _comparator;
    private readonly string _value;

    private Dnf5LockCondition(string key, string comparator, string value) =>
        (_key, _comparator, _value) = (key, comparator, value);

    public bool OnlyLeavesOut => _comparator is "!=" or "<>";

    /// <summary>Null when it is not understood; then <paramref name="problem"/> says what is not.</summary>
    public static Dnf5LockCondition? From(object condition, out string problem)
    {
        problem = "";
        if (condition is not IReadOnlyDictionary<string, object> table)
        {
            problem = "a condition is not a table";
            return null;
        }

        var key = table.GetValueOrDefault("key") as string ?? "";
        var comparator = table.GetValueOrDefault("comparator") as string ?? "";
        var value = table.GetValueOrDefault("value") as string ?? "";
        problem = ProblemOf(key, comparator, value);
        return problem.Length > 0 ? null : new Dnf5LockCondition(key, comparator, value);
    }

    /// <summary>Empty when the condition is understood.</summary>
    private static string ProblemOf(string key, string comparator, string value)
    {
        if (key is not ("epoch" or "evr" or "arch"))
            return $"the key '{key}' is not known";
        if (comparator is not ("=" or "==" or "!=" or "<>" or "<" or "<=" or ">" or ">="))
            return $"the comparator '{comparator}' is not known";
        if (key == "arch" && comparator.AsSpan().IndexOfAny('<', '>') >= 0 && comparator != "<>")
            return $"architectures are not compared with '{comparator}'";
        if (value.Length == 0)
            return "the value is missing or no text";
        return key == "epoch" && !value.All(char.IsAsciiDigit) ? $"the epoch '{value}' is not a number" : "";
    }

    /// <param name="edition"><c>[epoch:]version-release</c>.</param>
    /// <param name="architecture">rpm's word.</param>
    public bool Holds(string edition, string architecture)
    {
        if (_key == "arch")
            return (architecture == _value) != OnlyLeavesOut;
        var order =
            _key == "evr" ? RpmVersion.Order.Compare(edition, _value) : RpmVersion.Compare(EpochOf(edition), _value);
        return _comparator switch
        {
            "=" or "==" => order == 0,
            "!=" or "<>" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    public override string ToString() => $"{_key} {_comparator} {_value}";

    private static ReadOnlySpan<char> EpochOf(string edition) =>
        RpmVersion.EpochLength(edition) is > 0 and var length ? edition.AsSpan(0, length) : "0";
}
