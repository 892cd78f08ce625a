namespace PatchTools.PackageManagers.Apt;

/// <summary>Small control files (deb822(5)) as fields; for lists of thousands of stanzas see <see cref="StanzaReader"/>.</summary>
internal static class Deb822
{
    /// <summary>Stanzas with their fields, names in any case; comment lines are left out, continuation lines joined by newlines.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Stanzas(string text)
    {
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        string? last = null;
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            if (line.StartsWith('#'))
                continue;
            if (string.IsNullOrWhiteSpace(line))
            {
                if (fields.Count > 0)
                    yield return fields;
                fields = new(StringComparer.OrdinalIgnoreCase);
                last = null;
            }
            else if (char.IsWhiteSpace(line[0]))
            {
                if (last is not null)
                    fields[last] += "\n" + line.Trim();
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                last = line[..colon];
                fields[last] = line[(colon + 1)..].Trim();
            }
        }

        if (fields.Count > 0)
            yield return fields;
    }

    public static IReadOnlyList<string> Words(IReadOnlyDictionary<string, string> stanza, string field) =>
        stanza.TryGetValue(field, out var value) ? value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
}
