using PatchTools.Errors;

namespace PatchTools.Families.Apt.Reading;

/// <summary>What one stanza is handed to. Spans live until the call returns.</summary>
internal interface IStanzaSink
{
    /// <summary>
    /// Whether the file is dpkg's own and says of every package in which state it is; lists of repositories are 60
    /// times as long and do not.
    /// </summary>
    static abstract bool ReadsStatus { get; }

    void Add(in PackageStanza stanza);
}

/// <summary>
/// The fields of a package stanza that PatchTools looks at; absent ones are empty (deb-control(5), dpkg status).
/// </summary>
internal ref struct PackageStanza
{
    public ReadOnlySpan<byte> Package;
    public ReadOnlySpan<byte> Status;
    public ReadOnlySpan<byte> Version;
    public ReadOnlySpan<byte> Architecture;
    public ReadOnlySpan<byte> Priority;
    public ReadOnlySpan<byte> Section;
    public ReadOnlySpan<byte> PhasedPercentage;

    /// <summary>
    /// The whole stanza, for <see cref="VersionHash"/> and what is rarely asked for; empty where an index remembers it,
    /// with <see cref="IsHashed"/>.
    /// </summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Name of the source package where it differs; only with <see cref="IsHashed"/>.</summary>
    public ReadOnlySpan<byte> Source;

    /// <summary><see cref="Hash"/>, <see cref="Size"/> and <see cref="Source"/> are known.</summary>
    public bool IsHashed;

    /// <summary>See <see cref="VersionHash"/>.</summary>
    public ulong Hash;

    /// <summary>Of the download, bytes; 0 when the stanza has none.</summary>
    public ulong Size;
}

/// <summary>
/// Reads control files of any length through one buffer: 66 000 stanzas are 50 MB, of which a handful of short fields
/// matter. A stanza that straddles two reads is moved to the front of the buffer.
/// </summary>
internal static class StanzaReader
{
    private const int BufferBytes = 1 << 20;

    /// <summary>The longest stanza that is believed; Debian's longest has 60 kB.</summary>
    private const int MaxStanzaBytes = 16 << 20;

    /// <param name="stream">Plain text.</param>
    /// <param name="path">Of the list, for errors.</param>
    /// <param name="sink">Who is handed the stanzas.</param>
    /// <param name="isStrict">
    /// Nobody vouches for the bytes: every stanza must be that of a package, and the last line must end.
    /// </param>
    /// <returns>Bytes of plain text read.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>: a stanza without end,
    /// damaged compression.</exception>
    public static long Read<TSink>(Stream stream, string path, ref TSink sink, bool isStrict = false)
        where TSink : IStanzaSink
    {
        var buffer = new byte[BufferBytes];
        var filled = 0;
        var total = 0L;
        try
        {
            while (true)
            {
                var read = stream.Read(buffer, filled, buffer.Length - filled);
                filled += read;
                total += read;
                if (isStrict && read == 0 && filled > 0 && buffer[filled - 1] != '\n')
                    throw NoPackage(path, "it ends in the middle of a line");
                var consumed = Consume(buffer.AsSpan(0, filled), read == 0, ref sink, out var isUnusable);
                if (isStrict && isUnusable)
                    throw NoPackage(path, "it holds a paragraph that is not that of a package");
                if (read == 0)
                    return total;
                buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
                filled -= consumed;
                if (filled == buffer.Length)
                {
                    if (buffer.Length >= MaxStanzaBytes)
                        throw new PatchToolsException(
                            PatchErrors.PackageDatabaseUnreadable,
                            $"{path} holds a stanza of more than {MaxStanzaBytes >> 20} MiB; it is not a package "
                                + $"list, or damaged.",
                            path
                        );
                    Array.Resize(ref buffer, buffer.Length * 2);
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }

    private static PatchToolsException NoPackage(string path, string why) =>
        new(PatchErrors.PackageDatabaseUnreadable, $"{path} is not a whole list of packages: {why}.", path);

    private static int Consume<TSink>(ReadOnlySpan<byte> text, bool isLast, ref TSink sink, out bool isUnusable)
        where TSink : IStanzaSink
    {
        isUnusable = false;
        var position = 0;
        while (position < text.Length)
        {
            var end = text[position..].IndexOf("\n\n"u8);
            if (end < 0 && !isLast)
                return position;
            var stanza = end < 0 ? text[position..] : text.Slice(position, end);
            while (!stanza.IsEmpty && stanza[0] == '\n')
                stanza = stanza[1..];
            isUnusable |= !Parse(stanza, ref sink);
            position = end < 0 ? text.Length : position + end + 2;
        }

        return position;
    }

    /// <returns>False: the text is not that of a package.</returns>
    private static bool Parse<TSink>(ReadOnlySpan<byte> text, ref TSink sink)
        where TSink : IStanzaSink
    {
        if (text.IsEmpty)
            return true;
        var stanza = new PackageStanza { Text = text };
        if (TSink.ReadsStatus || !ParseUsual(text, ref stanza))
            ParseLines(text, ref stanza);
        if (
            stanza.Package.IsEmpty
            || stanza.Version.IsEmpty
            || stanza.Package.Length > ushort.MaxValue
            || stanza.Version.Length > ushort.MaxValue
        )
            return false;
        sink.Add(stanza);
        return true;
    }

    /// <summary>
    /// The form archives publish: the package's name first, every field once and spelled as in Debian policy. Five
    /// searches are a third of the work of looking at every line. False, with nothing promised of the stanza, where a
    /// field is not found so.
    /// </summary>
    private static bool ParseUsual(ReadOnlySpan<byte> text, ref PackageStanza stanza)
    {
        if (!text.StartsWith("Package:"u8))
            return false;
        stanza.Package = ValueAt(text, 8);
        var version = text.IndexOf("\nVersion:"u8);
        var architecture = text.IndexOf("\nArchitecture:"u8);
        if (version < 0 || architecture < 0)
            return false;
        stanza.Version = ValueAt(text, version + 9);
        stanza.Architecture = ValueAt(text, architecture + 14);

        // Debian writes these two last, Section first; Ubuntu near the front, Priority first.
        var section = text.IndexOf("\nSection:"u8);
        if (section < 0)
            return false;
        stanza.Section = ValueAt(text, section + 9);
        var behind = text[section..].IndexOf("\nPriority:"u8);
        var priority = behind >= 0 ? section + behind : text[..section].IndexOf("\nPriority:"u8);
        if (priority < 0)
            return false;
        stanza.Priority = ValueAt(text, priority + 10);
        if (text.IndexOf("\nPhased-Update-Percentage:"u8) is var phased and >= 0)
            stanza.PhasedPercentage = ValueAt(text, phased + 26);
        return true;
    }

    private static ReadOnlySpan<byte> ValueAt(ReadOnlySpan<byte> text, int from)
    {
        var rest = text[from..];
        var end = rest.IndexOf((byte)'\n');
        return Trimmed(end < 0 ? rest : rest[..end]);
    }

    private static void ParseLines(ReadOnlySpan<byte> text, ref PackageStanza stanza)
    {
        var rest = text;
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOf((byte)'\n');
            var line = length < 0 ? rest : rest[..length];
            if (line.Length > 8)
                Field(line, ref stanza);
            if (length < 0)
                break;
            rest = rest[(length + 1)..];
        }
    }

    /// <summary>Most lines are told apart by their first letter.</summary>
    private static void Field(ReadOnlySpan<byte> line, ref PackageStanza stanza)
    {
        switch (line[0] | 0x20)
        {
            case 'p':
                if (Is(line, "Package:"u8))
                    stanza.Package = Value(line, 8);
                else if (Is(line, "Priority:"u8))
                    stanza.Priority = Value(line, 9);
                else if (Is(line, "Phased-Update-Percentage:"u8))
                    stanza.PhasedPercentage = Value(line, 25);
                break;
            case 'v':
                if (Is(line, "Version:"u8))
                    stanza.Version = Value(line, 8);
                break;
            case 'a':
                if (Is(line, "Architecture:"u8))
                    stanza.Architecture = Value(line, 13);
                break;
            case 's':
                if (Is(line, "Section:"u8))
                    stanza.Section = Value(line, 8);
                else if (Is(line, "Status:"u8))
                    stanza.Status = Value(line, 7);
                break;
        }
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length >= name.Length && System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name);

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, int from) => Trimmed(line[from..]);

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsBlank(text[start]))
            start++;
        while (end > start && IsBlank(text[end - 1]))
            end--;
        return text[start..end];
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r';
}

/// <summary>
/// What tells two stanzas of one version text apart, as libapt does (<c>debListParser::VersionHash</c> and
/// <c>SameVersion</c>): six fields without white space, <c>=</c> and epochs of 0, in lower case, since dpkg rewrites
/// them in its status file; Multi-Arch; and whether the package is for all architectures. The size of the download is
/// apart: dpkg's status does not have it.
/// </summary>
internal static class VersionHash
{
    private const int HashedFields = 6;
    private const int MultiArchField = HashedFields;
    private const int ArchitectureField = HashedFields + 1;
    private const int SizeField = HashedFields + 2;
    private const int AllBit = 1;
    private const int SameBit = 2;
    private const int ForeignBit = 4;
    private const int AllowedBit = 8;
    private const ulong Start = 14695981039346656037UL;
    private const ulong Prime = 1099511628211UL;

    public static ulong Of(ReadOnlySpan<byte> stanza) => Of(stanza, out _);

    /// <param name="stanza">The whole stanza.</param>
    /// <param name="size">Value of its <c>Size</c>, 0 when it has none.</param>
    public static ulong Of(ReadOnlySpan<byte> stanza, out ulong size)
    {
        Span<ulong> fields = stackalloc ulong[HashedFields];
        size = 0;
        var (multiArch, isAll) = (0, false);
        var current = -1;
        var rest = stanza;
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOf((byte)'\n');
            var line = length < 0 ? rest : rest[..length];
            rest = length < 0 ? default : rest[(length + 1)..];
            if (line.IsEmpty)
                continue;
            if (line[0] is (byte)' ' or (byte)'\t')
            {
                if (current is >= 0 and < HashedFields)
                    fields[current] = Mix(fields[current], line);
                continue;
            }

            current = FieldOf(line, out var value);
            if (current is >= 0 and < HashedFields)
                fields[current] = Mix(Start, value);
            else if (current == SizeField)
                size = Number(value);
            else if (current == MultiArchField)
                multiArch = MultiArch(value[System.Text.Ascii.Trim(value)]);
            else if (current == ArchitectureField)
                isAll = value[System.Text.Ascii.Trim(value)].SequenceEqual("all"u8);
        }

        var hash = Start;
        foreach (var field in fields)
            hash = (hash ^ field) * Prime;

        // A package for all architectures cannot be "same": libapt reads it as if nothing were said.
        return (hash ^ (ulong)(isAll ? AllBit | (multiArch & ~SameBit) : multiArch)) * Prime;
    }

    private static int FieldOf(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        value = colon < 0 ? default : line[(colon + 1)..];
        if (colon < 0)
            return -1;
        var name = line[..colon];
        if (IsNamed(name, "Installed-Size"u8))
            return 0;
        if (IsNamed(name, "Depends"u8))
            return 1;
        if (IsNamed(name, "Pre-Depends"u8))
            return 2;
        if (IsNamed(name, "Conflicts"u8))
            return 3;
        if (IsNamed(name, "Breaks"u8))
            return 4;
        if (IsNamed(name, "Replaces"u8))
            return 5;
        if (IsNamed(name, "Multi-Arch"u8))
            return MultiArchField;
        if (IsNamed(name, "Architecture"u8))
            return ArchitectureField;
        return IsNamed(name, "Size"u8) ? SizeField : -1;
    }

    private static bool IsNamed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> field) =>
        System.Text.Ascii.EqualsIgnoreCase(name, field);

    /// <summary>Three words count, as they are spelled; libapt reads everything else as "no".</summary>
    private static int MultiArch(ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("same"u8))
            return SameBit;
        if (value.SequenceEqual("foreign"u8))
            return ForeignBit;
        return value.SequenceEqual("allowed"u8) ? AllowedBit : 0;
    }

    private static ulong Number(ReadOnlySpan<byte> text)
    {
        var number = 0UL;
        foreach (var b in text)
        {
            if (b is >= (byte)'0' and <= (byte)'9' && number < ulong.MaxValue / 16)
                number = (number * 10) + (b - (ulong)'0');
            else if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r'))
                break;
        }

        return number;
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var b = value[i];
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'=')
                continue;
            if (b == (byte)'0' && i + 1 < value.Length && value[i + 1] == ':')
            {
                i++;
                continue;
            }

            hash = (hash ^ (b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b)) * Prime;
        }

        return hash;
    }
}
