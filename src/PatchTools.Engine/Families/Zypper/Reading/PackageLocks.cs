using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Patterns;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>
/// The administrator's locks (zypper(8), <c>addlock</c>): what they name is neither installed, updated nor removed.
/// </summary>
internal sealed record PackageLocks(string File, IReadOnlyList<PackageLock> All)
{
    public static PackageLocks None { get; } = new("", []);

    /// <summary>Those on packages.</summary>
    public IReadOnlyList<PackageLock> Entries { get; } = [.. All.Where(l => l.Concerns("package"))];

    /// <summary>Those on patches.</summary>
    public IReadOnlyList<PackageLock> Patches { get; } = [.. All.Where(l => l.Concerns("patch"))];

    public bool IsEmpty => Entries.Count == 0;

    /// <summary>
    /// None when the file is not there; a lock that PatchTools does not know to read is warned about, as zypper may
    /// still refuse what it names.
    /// </summary>
    /// <exception cref="Errors.PatchToolsException">
    /// <see cref="Errors.PatchErrors.PackageDatabaseUnreadable"/>.
    /// </exception>
    public static PackageLocks Read(string path, List<string> warnings) =>
        new(path, Parse(IniFile.Text(path) ?? "", path, warnings));

    // libzypp 17.25.7, /etc/zypp/locks after `zypper addlock 'h = 2.0-1'` and `zypper addlock -r one newdep`:
    //
    // type: package
    // version: == 2.0-1
    // match_type: glob
    // case_sensitive: on
    // solvable_name: h
    //
    //
    // repo: one
    // type: package
    // match_type: glob
    // case_sensitive: on
    // solvable_name: newdep
    //
    internal static IReadOnlyList<PackageLock> Parse(string text, string path, List<string> warnings)
    {
        List<PackageLock> locks = [];
        List<(string Name, string Value)> fields = [];
        foreach (var raw in text.Split('\n').Append(""))
        {
            var line = raw.Trim();
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[0] != '#')
                fields.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
            if (line.Length > 0 || fields.Count == 0)
                continue;
            if (PackageLock.From(fields) is not { } entry)
                warnings.Add(
                    $"A lock in {path} cannot be read "
                        + $"({string.Join(", ", fields.Select(f => $"{f.Name}: {f.Value}"))}); zypper may keep away "
                        + $"what it names."
                );
            else
                locks.Add(entry);
            fields.Clear();
        }

        return locks;
    }
}

/// <summary>One lock.</summary>
internal sealed class PackageLock
{
    private readonly List<string> _names = [];
    private readonly List<string> _kinds = [];
    private readonly List<string> _repositories = [];
    private readonly List<Func<string, bool>> _patterns = [];
    private string _match = "substring";
    private bool _caseSensitive;
    private string _relation = "";
    private string _edition = "";
    private string _status = "all";

    private PackageLock() { }

    /// <param name="kind"><c>package</c>, <c>patch</c>, <c>pattern</c>, <c>product</c>; a lock without any is on
    /// all.</param>
    public bool Concerns(string kind) => _kinds.Count == 0 || _kinds.Contains(kind);

    /// <summary>As <c>zypper locks</c> shows it.</summary>
    public string Text =>
        string.Join(", ", _names)
        + (_edition.Length == 0 ? "" : $" {_relation} {_edition}")
        + (_repositories.Count == 0 ? "" : $" (repository {string.Join(", ", _repositories)})");

    /// <summary>Null: it asks for something else than names.</summary>
    public static PackageLock? From(IReadOnlyList<(string Name, string Value)> fields)
    {
        var entry = new PackageLock();
        foreach (var (name, value) in fields)
        {
            switch (name)
            {
                case "type":
                    entry._kinds.Add(value);
                    break;
                case "repo":
                    entry._repositories.Add(value);
                    break;
                case "match_type":
                    entry._match = value;
                    break;
                case "case_sensitive":
                    entry._caseSensitive = value is "on" or "true" or "yes" or "1";
                    break;
                case "solvable_name" or "query_string":
                    entry._names.Add(value);
                    break;
                case "version"
                    when value.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var relation, var edition]:
                    (entry._relation, entry._edition) = (relation, edition);
                    break;
                case "install_status":
                    entry._status = value;
                    break;
                case "comment":
                    break;
                default:
                    return null;
            }
        }

        return entry.Compile() ? entry : null;
    }

    /// <summary>Whether it names an installed package.</summary>
    public bool Matches(string name, string edition) =>
        _repositories.Count == 0 && _status != "not-installed" && MatchesName(name) && MatchesEdition(edition);

    /// <summary>Whether it names what a repository offers.</summary>
    public bool MatchesOffer(string name, string edition, string repository) =>
        (_repositories.Count == 0 || _repositories.Contains(repository))
        && _status != "installed"
        && MatchesName(name)
        && MatchesEdition(edition);

    public bool MatchesName(string name) => _patterns.Exists(p => p(name));

    private bool Compile()
    {
        foreach (var text in _names)
        {
            var comparison = _caseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
            switch (_match)
            {
                case "exact":
                    _patterns.Add(n => n.Equals(text, comparison));
                    break;
                case "substring":
                    _patterns.Add(n => n.Contains(text, comparison));
                    break;
                case "glob":
                    var glob = GlobPattern.Compile(_caseSensitive ? text : text.ToLowerInvariant());
                    _patterns.Add(n => glob.Matches(Encoding.UTF8.GetBytes(_caseSensitive ? n : n.ToLowerInvariant())));
                    break;
                case "regex":
                    try
                    {
                        var regex = new Regex(
                            text,
                            RegexOptions.CultureInvariant
                                | RegexOptions.NonBacktracking
                                | (_caseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase)
                        );
                        _patterns.Add(regex.IsMatch);
                    }
                    catch (Exception e) when (e is ArgumentException or NotSupportedException)
                    {
                        return false;
                    }

                    break;
                default:
                    return false;
            }
        }

        return _patterns.Count > 0 && _relation is "" or "==" or "=" or "!=" or "<" or "<=" or ">" or ">=";
    }

    /// <summary>An edition without a release means all of its releases.</summary>
    private bool MatchesEdition(string edition)
    {
        if (_edition.Length == 0)
            return true;
        if (!_edition.Contains('-') && edition.LastIndexOf('-') is var hyphen and > 0)
            edition = edition[..hyphen];
        var order = RpmVersion.Order.Compare(edition, _edition);
        return _relation switch
        {
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => order == 0,
        };
    }
}
