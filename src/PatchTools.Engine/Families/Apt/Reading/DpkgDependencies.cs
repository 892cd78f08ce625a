using System.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// Dependencies of the installed packages that no installed package meets, and conflicts between installed packages, as
/// <c>apt-get check</c> names them. Architectures are not told apart, so that nothing is named that apt finds in order.
/// </summary>
internal sealed class DpkgDependencies
{
    private static readonly string[] s_fields = ["Provides", "Pre-Depends", "Depends", "Conflicts", "Breaks"];

    private readonly Dictionary<string, List<string>> _versions = new(StringComparer.Ordinal);

    /// <summary>What packages provide, by its name; without a version it is null.</summary>
    private readonly Dictionary<string, List<(string Package, string? Version)>> _provided = new(
        StringComparer.Ordinal
    );
    private readonly List<(string Package, string Wanted)> _wanted = [];
    private readonly List<(string Package, string Verb, string Refused)> _refused = [];

    /// <summary>Takes one installed package into account.</summary>
    /// <param name="package">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="stanza">Its whole paragraph.</param>
    /// <param name="isUnpackedOnly">
    /// Its dependencies are not asked for before it is configured; what must be there before it is unpacked is.
    /// </param>
    public void Add(string package, string version, ReadOnlySpan<byte> stanza, bool isUnpackedOnly)
    {
        if (!_versions.TryGetValue(package, out var versions))
            _versions[package] = versions = [];
        versions.Add(version);
        foreach (var (field, value) in Fields(stanza))
        {
            foreach (
                var entry in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            )
                Add(package, field, entry, isUnpackedOnly);
        }
    }

    /// <summary>
    /// <c>curl needs libcurl4 (= 7.88.1-10)</c>, <c>exim4 conflicts with postfix</c>, in the order of the status file.
    /// </summary>
    public IReadOnlyList<string> Unmet() =>
        [
            .. _wanted.Where(w => !w.Wanted.Split('|').Any(IsMet)).Select(w => $"{w.Package} needs {w.Wanted}"),
            .. _refused.Where(IsViolated).Select(r => $"{r.Package} {r.Verb} {r.Refused}"),
        ];

    private void Add(string package, string field, string entry, bool isUnpackedOnly)
    {
        switch (field)
        {
            case "Provides":
                var relation = Relation.Parse(entry);
                if (!_provided.TryGetValue(relation.Name, out var list))
                    _provided[relation.Name] = list = [];
                list.Add((package, relation.Version.Length > 0 ? relation.Version : null));
                break;
            case "Conflicts":
                _refused.Add((package, "conflicts with", entry));
                break;
            case "Breaks":
                _refused.Add((package, "breaks", entry));
                break;
            case "Pre-Depends":
            case "Depends" when !isUnpackedOnly:
                _wanted.Add((package, entry));
                break;
        }
    }

    private bool IsMet(string alternative)
    {
        var relation = Relation.Parse(alternative);
        return _versions.GetValueOrDefault(relation.Name, []).Exists(relation.IsMetBy)
            || _provided.GetValueOrDefault(relation.Name, []).Exists(p => relation.IsProvidedBy(p.Version));
    }

    /// <summary>A package may refuse what it provides itself: others that provide it are meant.</summary>
    private bool IsViolated((string Package, string Verb, string Refused) refusal)
    {
        var relation = Relation.Parse(refusal.Refused);
        return relation.Name != refusal.Package
                && _versions.GetValueOrDefault(relation.Name, []).Exists(relation.IsMetBy)
            || _provided
                .GetValueOrDefault(relation.Name, [])
                .Exists(p => p.Package != refusal.Package && relation.IsProvidedBy(p.Version));
    }

    /// <summary>The fields that are looked at, each with its continuation lines.</summary>
    private static List<(string Field, string Value)> Fields(ReadOnlySpan<byte> stanza)
    {
        List<(string, string)> fields = [];
        for (var at = 0; at < stanza.Length; )
        {
            var end = EndOfLine(stanza, at);
            var line = stanza[at..end];
            if (NameOf(line) is { } field)
            {
                while (end + 1 < stanza.Length && stanza[end + 1] is (byte)' ' or (byte)'\t')
                    end = EndOfLine(stanza, end + 1);
                fields.Add((field, Encoding.UTF8.GetString(stanza[(at + field.Length + 1)..end])));
            }

            at = end + 1;
        }

        return fields;
    }

    private static int EndOfLine(ReadOnlySpan<byte> text, int from)
    {
        var end = text[from..].IndexOf((byte)'\n');
        return end < 0 ? text.Length : from + end;
    }

    private static string? NameOf(ReadOnlySpan<byte> line)
    {
        foreach (var field in s_fields)
        {
            if (
                line.Length > field.Length
                && line[field.Length] == ':'
                && Ascii.EqualsIgnoreCase(line[..field.Length], field)
            )
                return field;
        }

        return null;
    }

    /// <summary>One alternative of a dependency: <c>libc6 (&gt;= 2.36)</c>, <c>python3:any</c>.</summary>
    private readonly record struct Relation(string Name, string Operator, string Version)
    {
        public static Relation Parse(string text)
        {
            text = text.Trim();
            var open = text.IndexOf('(', StringComparison.Ordinal);
            var name = (open < 0 ? text : text[..open]).Trim();
            var colon = name.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                name = name[..colon];
            if (open < 0)
                return new Relation(name, "", "");
            var inside = text[(open + 1)..].TrimEnd(')', ' ');
            var version = inside.TrimStart('<', '>', '=');
            return new Relation(name, inside[..^version.Length], version.Trim());
        }

        /// <summary>
        /// Whether a package that provides the name is meant; one without a version meets no wish for one.
        /// </summary>
        public bool IsProvidedBy(string? version) => version is null ? Version.Length == 0 : IsMetBy(version);

        public bool IsMetBy(string version)
        {
            if (Version.Length == 0)
                return true;
            var order = DebianVersion.Order.Compare(version, Version);

            // deb-control(5): < and > are old words for <= and >=.
            return Operator switch
            {
                "<<" => order < 0,
                "<=" or "<" => order <= 0,
                ">=" or ">" => order >= 0,
                ">>" => order > 0,
                _ => order == 0,
            };
        }
    }
}
