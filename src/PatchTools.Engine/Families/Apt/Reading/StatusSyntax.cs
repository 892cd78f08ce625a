using System.Globalization;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// Whether a file is dpkg's status, whole: what dpkg refuses to read (dpkg 1.21, <c>dpkg-query -W</c>) is refused here
/// too, with the line. What dpkg reads and would never write is a doubt.
/// </summary>
internal sealed class StatusSyntax
{
    private const byte EndOfFileOfMsDos = 0x1a;

    private static readonly string[] s_wants = ["unknown", "install", "hold", "deinstall", "purge"];
    private static readonly string[] s_flags = ["ok", "reinstreq", "hold", "hold-reinstreq"];

    private static readonly string[] s_states =
    [
        "not-installed",
        "config-files",
        "half-installed",
        "unpacked",
        "half-configured",
        "triggers-awaited",
        "triggers-pending",
        "post-inst-failed",
        "removal-failed",
        "installed",
    ];

    private readonly string _path;
    private readonly HashSet<(string Name, string Architecture)> _seen = [];
    private readonly Dictionary<string, string> _stanza = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _doubts = [];
    private int _line;
    private int _whole;
    private int _partial;
    private bool _hasZeros;
    private bool _hasFields;
    private int _stanzaLine;

    private StatusSyntax(string path) => _path = path;

    /// <summary>Checks the whole text of a status file, or of a file of dpkg's journal.</summary>
    /// <param name="text">Its bytes.</param>
    /// <param name="path">For errors.</param>
    /// <returns>What dpkg reads without complaint and yet is not as dpkg writes it, one sentence each.</returns>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.PackageDatabaseUnreadable"/>, with the line.
    /// </exception>
    public static IReadOnlyList<string> Check(ReadOnlySpan<byte> text, string path)
    {
        var syntax = new StatusSyntax(path);
        syntax.CheckForm(text);
        syntax.CheckLines(text);
        return syntax._doubts;
    }

    /// <summary>Errors that say more than the first line that cannot be read.</summary>
    private void CheckForm(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            throw Broken("is empty");
        if (text.IndexOfAnyExcept((byte)0) < 0)
            throw Broken("holds only zero bytes");
        if (text.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || text.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
            throw Broken("is UTF-16 text, which dpkg does not read");
        if (text.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
            throw Broken("begins with a byte order mark, which dpkg does not read");
    }

    private void CheckLines(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            _line++;
            var end = text.IndexOf((byte)'\n');
            if (end < 0 && text.SequenceEqual([EndOfFileOfMsDos]))
                break;
            if (end < 0)
                throw AtLine("the file is cut off there: its last line has no end");
            var line = text[..end];
            text = text[(end + 1)..];
            if (line.IsEmpty)
                EndStanza();
            else
                CheckLine(line);
        }

        // dpkg ends every paragraph with an empty line. Where the last one has none, and lacks what all others have,
        // the rest is missing.
        if (_hasFields && !IsComplete() && _whole > 0 && _partial == 0)
            _doubts.Add(
                $"{_path} seems to be cut off: its last paragraph (package {NameOf()}) has no end and lacks fields "
                    + "that all others have."
            );
        EndStanza();
    }

    private void CheckLine(ReadOnlySpan<byte> line)
    {
        // Within a file of dpkg's, a description may have one.
        if (line[^1] == '\r' && (_line == 1 || line.Length == 1))
            throw AtLine("it has the line ends of Windows (CR LF), which dpkg does not read");
        if (!_hasZeros && line.Contains((byte)0))
        {
            _hasZeros = true;
            _doubts.Add(
                FormattableString.Invariant(
                    $"{_path}, line {_line}, holds zero bytes, which dpkg never writes: the disk may be damaged."
                )
            );
        }

        if (!_hasFields)
            _stanzaLine = _line;
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (!_hasFields)
                throw AtLine("a continuation of a field that does not begin");
            return;
        }

        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? default : line[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.IndexOfAnyInRange((byte)0, (byte)0x20) >= 0 || name[0] == '-')
            throw AtLine("there is no field name with a colon");
        if (KeptField(name) is not { } field)
        {
            _hasFields = true;
            return;
        }

        var value = Encoding.UTF8.GetString(line[(colon + 1)..]).Trim();
        if (field is not ("Maintainer" or "Description") && value.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
            throw AtLine($"{field} holds control characters");
        if (!_stanza.TryAdd(field, value))
            throw AtLine($"a second {field} in one paragraph");
        _hasFields = true;
    }

    /// <summary>
    /// The field in dpkg's spelling; null for one that is not looked at: most of the 15 of a package.
    /// </summary>
    private static string? KeptField(ReadOnlySpan<byte> name) =>
        name.Length switch
        {
            6 when Ascii.EqualsIgnoreCase(name, "Status"u8) => "Status",
            7 when Ascii.EqualsIgnoreCase(name, "Package"u8) => "Package",
            7 when Ascii.EqualsIgnoreCase(name, "Version"u8) => "Version",
            10 when Ascii.EqualsIgnoreCase(name, "Maintainer"u8) => "Maintainer",
            11 when Ascii.EqualsIgnoreCase(name, "Description"u8) => "Description",
            12 when Ascii.EqualsIgnoreCase(name, "Architecture"u8) => "Architecture",
            _ => null,
        };

    private void EndStanza()
    {
        if (!_hasFields)
            return;
        CheckStanza();
        _stanza.Clear();
        _hasFields = false;
    }

    private void CheckStanza()
    {
        if (IsComplete())
            _whole++;
        else
            _partial++;
        if (NameOf() is not { Length: > 0 } package)
            throw AtStanza("a paragraph without Package");
        if (_stanza.GetValueOrDefault("Status") is not { } status)
        {
            var place = FormattableString.Invariant($"{_path}, line {_stanzaLine}");
            _doubts.Add($"{place}: package {package} has no Status, and dpkg takes it for not installed.");
            return;
        }

        var words = status.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (
            words.Length != 3
            || !s_wants.Contains(words[0])
            || !s_flags.Contains(words[1])
            || !s_states.Contains(words[2])
        )
            throw AtStanza($"the Status of {package} is not one of dpkg's: '{status}'");
        if (
            words[2] is not ("not-installed" or "half-installed" or "config-files")
            && _stanza.GetValueOrDefault("Version") is not { Length: > 0 }
        )
            throw AtStanza($"package {package} has no Version");
        var architecture = _stanza.GetValueOrDefault("Architecture", "");
        if (words[2] is not ("not-installed" or "config-files") && !_seen.Add((package, architecture)))
            throw AtStanza($"package {package} is there twice");
    }

    private bool IsComplete() => _stanza.ContainsKey("Maintainer") && _stanza.ContainsKey("Description");

    private string NameOf() => _stanza.GetValueOrDefault("Package", "");

    private PatchToolsException AtLine(string what) =>
        Broken(string.Create(CultureInfo.InvariantCulture, $"cannot be read at line {_line}: {what}"));

    private PatchToolsException AtStanza(string what) =>
        Broken(string.Create(CultureInfo.InvariantCulture, $"cannot be read at line {_stanzaLine}: {what}"));

    private PatchToolsException Broken(string what) =>
        new(
            PatchErrors.PackageDatabaseUnreadable,
            $"dpkg's database {_path} {what}. Put back a whole copy (dpkg keeps some as "
                + "/var/backups/dpkg.status.*), and run dpkg --audit.",
            _path
        );
}
