using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// Dependencies of the installed packages that no installed package meets, as <c>apt-get check</c> names them.
/// Architectures are not told apart, so that nothing is named that apt finds in order; conflicts are not looked at.
/// </summary>
internal sealed class DpkgDependencies
{
    private readonly Dictionary<string, List<string>> _versions = new(StringComparer.Ordinal);

    /// <summary>What packages provide; null where without a version.</summary>
    private readonly Dictionary<string, List<string?>> _provided = new(StringComparer.Ordinal);
    private readonly List<(string Package, string Wanted)> _wanted = [];

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
        foreach (var provided in Entries(Field(stanza, "Provides"u8)))
        {
            var relation = Relation.Parse(provided);
            if (!_provided.TryGetValue(relation.Name, out var list))
                _provided[relation.Name] = list = [];
            list.Add(relation.Version.Length > 0 ? relation.Version : null);
        }

        foreach (var wanted in Entries(Field(stanza, "Pre-Depends"u8)))
            _wanted.Add((package, wanted));
        if (isUnpackedOnly)
            return;
        foreach (var wanted in Entries(Field(stanza, "Depends"u8)))
            _wanted.Add((package, wanted));
    }

    /// <summary><c>curl needs libcurl4 (= 7.88.1-10)</c>, in the order of the status file.</summary>
    public IReadOnlyList<string> Unmet() =>
        [.. _wanted.Where(w => !w.Wanted.Split('|').Any(IsMet)).Select(w => $"{w.Package} needs {w.Wanted}")];

    private bool IsMet(string alternative)
    {
        var relation = Relation.Parse(alternative);
        return _versions.GetValueOrDefault(relation.Name, []).Exists(relation.IsMetBy)
            || _provided
                .GetValueOrDefault(relation.Name, [])
                .Exists(v => v is null ? relation.Version.Length == 0 : relation.IsMetBy(v));
    }

    private static string[] Entries(string field) =>
        field.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A field with its continuation lines; empty when the paragraph has none.</summary>
    private static string Field(ReadOnlySpan<byte> stanza, ReadOnlySpan<byte> name)
    {
        for (var at = 0; at < stanza.Length; )
        {
            var end = stanza[at..].IndexOf((byte)'\n');
            end = end < 0 ? stanza.Length : at + end;
            var line = stanza[at..end];
            if (
                line.Length > name.Length
                && line[name.Length] == ':'
                && Ascii.EqualsIgnoreCase(line[..name.Length], name)
            )
            {
                while (end + 1 < stanza.Length && stanza[end + 1] is (byte)' ' or (byte)'\t')
                {
                    var next = stanza[(end + 1)..].IndexOf((byte)'\n');
                    end = next < 0 ? stanza.Length : end + 1 + next;
                }

                return Encoding.UTF8.GetString(stanza[(at + name.Length + 1)..end]);
            }

            at = end + 1;
        }

        return "";
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
