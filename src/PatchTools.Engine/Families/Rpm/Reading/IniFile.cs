using PatchTools.Errors;
using PatchTools.Files;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// Options of one section, in the order of the file; a later one of the same name replaces an earlier one.
/// </summary>
internal sealed class IniSection(string name)
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public string? this[string option]
    {
        get => _options.GetValueOrDefault(option);
        set => _options[option] = value ?? "";
    }

    /// <summary>Takes over what the other section sets.</summary>
    public void Overlay(IniSection other)
    {
        foreach (var (option, value) in other._options)
            _options[option] = value;
    }

    /// <summary>Takes quotes off that stand around a whole value, as libdnf does.</summary>
    public void TakeQuotesOff()
    {
        foreach (var (option, value) in _options)
        {
            if (value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0])
                _options[option] = value[1..^1];
        }
    }

    /// <summary>Yes and no as dnf.conf(5) spells them; null when the option is not there or neither.</summary>
    public bool? Flag(string option) =>
        this[option]?.Trim().ToLowerInvariant() switch
        {
            "1" or "yes" or "true" or "on" => true,
            "0" or "no" or "false" or "off" => false,
            _ => null,
        };

    /// <summary>The entries of a list option; blanks, commas and line ends part them.</summary>
    public IReadOnlyList<string> List(string option) =>
        this[option]?.Split([' ', '\t', '\n', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];
}

/// <summary>
/// Files of dnf.conf(5) and of zypp: sections, <c>option=value</c>, lines that go on when indented, comments on lines
/// of their own.
/// </summary>
internal static class IniFile
{
    // [fake]
    // name=fake
    // baseurl=file:///srv/x/repo
    //         https://mirror.example.org/repo
    // enabled=1
    /// <summary>
    /// Sections in the order of the text; one that comes again goes on where it was, as dnf, yum and zypper read it.
    /// What stands before the first one, or is not an option, is passed over. Blanks within the brackets are of the
    /// name: to the tools <c>[ main ]</c> is not a main section.
    /// </summary>
    public static IReadOnlyList<IniSection> Parse(string text)
    {
        List<IniSection> sections = [];
        IniSection? section = null;
        string? option = null;
        foreach (var line in Lines(text))
        {
            if (line[0] is '#' or ';')
                continue;
            if (line[0] == '[')
            {
                option = null;
                if (line.IndexOf(']', StringComparison.Ordinal) is not (var end and > 1))
                    continue;
                var name = line[1..end];
                section = sections.Find(s => s.Name == name);
                if (section is null)
                    sections.Add(section = new IniSection(name));
            }
            else if (line[0] is ' ' or '\t')
            {
                var more = line.Trim();
                if (option is not null && section is not null && more[0] is not ('#' or ';'))
                    section[option] = $"{section[option]}\n{more}";
            }
            else if (section is not null && line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                option = line[..equals].Trim();
                section[option] = line[(equals + 1)..].Trim();
            }
        }

        return sections;
    }

    /// <summary>
    /// Lines that are not empty, one at a time: a file of an image may have as many empty ones as it likes.
    /// </summary>
    private static IEnumerable<string> Lines(string text)
    {
        for (int begin = 0, end; begin < text.Length; begin = end + 1)
        {
            end = text.IndexOf('\n', begin);
            if (end < 0)
                end = text.Length;
            var line = text[begin..end].TrimEnd('\r', ' ', '\t');
            if (line.Length > 0)
                yield return line;
        }
    }

    /// <summary>Sections of a file; none when it is not there.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static IReadOnlyList<IniSection> Read(string path) => Text(path) is { } text ? Parse(text) : [];

    /// <summary>Text of a file; null when it is not there.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static string? Text(string path)
    {
        try
        {
            return HostFiles.Exists(path) ? HostFiles.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }
}
