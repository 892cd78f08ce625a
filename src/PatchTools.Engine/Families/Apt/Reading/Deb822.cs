using System.Text;

namespace PatchTools.Families.Apt.Reading;

/// <summary>One paragraph of a control file (deb822(5)): fields by name without case.</summary>
internal sealed class Deb822Stanza(int line)
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Number of its first line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>What is wrong with it, null when nothing is.</summary>
    public string? Fault { get; set; }

    public int Count => _fields.Count;

    /// <summary>
    /// Value without the blanks around it, lines divided by <c>\n</c>; empty when the field is missing.
    /// </summary>
    public string this[string name]
    {
        get => _fields.GetValueOrDefault(name, "");
        set => _fields[name] = value;
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Words of a value that lists them.</summary>
    public string[] Words(string name) => this[name].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Reader of small control files that people write: sources, preferences, extended_states.</summary>
internal static class Deb822
{
    public static List<Deb822Stanza> Parse(string text, bool allowComments)
    {
        var stanzas = new List<Deb822Stanza>();
        var value = new StringBuilder();
        Deb822Stanza? stanza = null;
        string? field = null;
        var number = 0;
        for (var rest = text.AsSpan(); !rest.IsEmpty; )
        {
            var end = rest.IndexOf('\n');
            var raw = (end < 0 ? rest : rest[..end]).TrimEnd('\r');
            rest = end < 0 ? [] : rest[(end + 1)..];
            number++;
            if (allowComments && raw.StartsWith("#", StringComparison.Ordinal))
                continue;
            if (raw.IsEmpty)
            {
                Finish();
                stanza = null;
                continue;
            }

            if (stanza is null)
            {
                stanza = new Deb822Stanza(number);
                stanzas.Add(stanza);
            }

            if (raw[0] is ' ' or '\t')
            {
                if (field is null)
                    stanza.Fault ??= $"line {number} continues no field";
                else
                    value.Append('\n').Append(raw.Trim());
                continue;
            }

            Finish();
            var colon = raw.IndexOf(':');
            if (colon <= 0)
            {
                stanza.Fault ??= $"line {number} is not a field";
                continue;
            }

            field = raw[..colon].TrimEnd().ToString();
            value.Append(raw[(colon + 1)..].Trim());
        }

        Finish();
        return stanzas;

        void Finish()
        {
            if (stanza is not null && field is not null)
                stanza[field] = value.ToString().Trim();
            field = null;
            value.Clear();
        }
    }
}
