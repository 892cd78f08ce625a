using System.Text;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Files;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// <c>$releasever</c>, <c>$basearch</c> and the host's own variables in values of repositories (dnf.conf(5),
/// VARIABLES).
/// </summary>
internal sealed class DnfVariables(IReadOnlyDictionary<string, string> values)
{
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>First line of every file of the tool's folders; the files' names are the variables'.</summary>
    public static IReadOnlyDictionary<string, string> ReadFolders(string root, DnfTool tool)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (var folder in tool.VariableFolders.Select(f => Path.Combine(root, f)).Where(HostFiles.DirectoryExists))
        {
            foreach (var file in HostFiles.FilesIn(folder).Order(StringComparer.Ordinal))
                read[Path.GetFileName(file)] = IniFile.Text(file)?.Split('\n')[0].Trim() ?? "";
        }

        return read;
    }

    // https://cdn.example.com/$releasever/${basearch}/os | ${region:-us-east-1} | ${dualstack:+.dualstack}
    /// <summary>Variables replaced; one that nobody knows stays as written.</summary>
    public string Resolve(string text)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$')
            {
                result.Append(text[i]);
                continue;
            }

            var braced = i + 1 < text.Length && text[i + 1] == '{';
            var start = i + (braced ? 2 : 1);
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                end++;
            var name = text[start..end];
            var last = braced ? text.IndexOf('}', end) : end - 1;
            if (name.Length == 0 || last < start)
            {
                result.Append('$');
                continue;
            }

            var known = Find(name);
            var form = braced ? text[end..last] : "";
            result.Append(ValueIn(form, known) ?? text[i..(last + 1)]);
            i = last;
        }

        return result.ToString();
    }

    /// <param name="form">What follows the name: <c>:-default</c>, <c>:+alternative</c> or nothing.</param>
    /// <param name="known">The variable's value; null for one that nobody knows.</param>
    private string? ValueIn(string form, string? known)
    {
        if (form.StartsWith(":-", StringComparison.Ordinal))
            return string.IsNullOrEmpty(known) ? Resolve(form[2..]) : known;
        if (form.StartsWith(":+", StringComparison.Ordinal))
            return string.IsNullOrEmpty(known) ? "" : Resolve(form[2..]);
        return known;
    }

    private string? Find(string name)
    {
        if (values.TryGetValue(name, out var value) || values.TryGetValue(name.ToLowerInvariant(), out value))
            return value;
        var parts = values.GetValueOrDefault("releasever")?.Split('.', 2);
        return (name, parts) switch
        {
            ("releasever_major", [var major, ..]) => major,
            ("releasever_minor", [_, var minor]) => minor,
            ("releasever_minor", [_]) => "",
            _ => null,
        };
    }
}
