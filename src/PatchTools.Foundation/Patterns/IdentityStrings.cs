using System.Runtime.CompilerServices;
using System.Text;

namespace PatchTools.Patterns;

/// <summary>
/// The lower-case texts under which one package version may be named in a list: 6 on dpkg, 12 on rpm (reference 04 §1).
/// Most of them are slices of one another, so a version is written two or three times into a buffer of the caller and
/// never becomes a string.
/// </summary>
internal ref struct IdentityStrings
{
    /// <summary>Forms of the richer family.</summary>
    public const int MaxCount = 12;

    /// <summary>Buffer that serves ordinary names; longer ones get an array of their own.</summary>
    public const int UsualBytes = 384;

    private readonly Span<(int Start, int Length)> _forms;
    private Span<byte> _buffer;
    private int _used;

    /// <param name="buffer">Room for the texts, <see cref="UsualBytes"/> as a rule.</param>
    /// <param name="forms">Room for <see cref="MaxCount"/> ranges.</param>
    public IdentityStrings(Span<byte> buffer, Span<(int Start, int Length)> forms)
    {
        _buffer = buffer;
        _forms = forms;
    }

    public int Count { get; private set; }

    public readonly ReadOnlySpan<byte> this[int index] => _buffer.Slice(_forms[index].Start, _forms[index].Length);

    /// <summary>
    /// The six forms of dpkg. A foreign package's name is <c>name:arch</c>, so its Id reads <c>libc6:i386.i386</c>
    /// (reference 09 §2).
    /// </summary>
    /// <param name="name">Bare name, UTF-8.</param>
    /// <param name="architecture">Multi-arch sense: native for <c>all</c>.</param>
    /// <param name="isForeign">The architecture is not the host's own.</param>
    /// <param name="version">Full version text, UTF-8.</param>
    [SkipLocalsInit]
    public void SetDebian(ReadOnlySpan<byte> name, string architecture, bool isForeign, ReadOnlySpan<byte> version)
    {
        Span<byte> buffer = stackalloc byte[64];
        ReadOnlySpan<byte> arch = Utf8(architecture, buffer);
        var isAscii = Ascii.IsValid(name) && Ascii.IsValid(arch) && Ascii.IsValid(version);
        if (!isAscii)
        {
            name = Lower(name);
            arch = Lower(arch);
            version = Lower(version);
        }

        Reset((2 * (name.Length + version.Length + arch.Length + 2)) + arch.Length);
        var n = AppendDebianName(name, isForeign ? arch : []);
        var na = Append("."u8);
        var a = Append(arch);
        Append(":"u8);
        var v = Append(version);
        Form(n.Start, n.End);
        Form(n.Start, a.End);
        Form(n.Start, v.End);
        Form(na.End, v.End);
        Form(v.Start, v.End);
        n = AppendDebianName(name, isForeign ? arch : []);
        Append("-"u8);
        Form(n.Start, Append(version).End);
        if (isAscii)
            LowerAscii();
    }

    /// <summary>The twelve forms of rpm. The epoch is always written, also when it is 0.</summary>
    /// <param name="name">Name, UTF-8.</param>
    /// <param name="architecture">rpm's architecture.</param>
    /// <param name="edition"><c>[epoch:]version-release</c>, UTF-8.</param>
    [SkipLocalsInit]
    public void SetRpm(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        Span<byte> buffer = stackalloc byte[64];
        ReadOnlySpan<byte> arch = Utf8(architecture, buffer);
        var isAscii = Ascii.IsValid(name) && Ascii.IsValid(arch) && Ascii.IsValid(edition);
        if (!isAscii)
        {
            name = Lower(name);
            arch = Lower(arch);
            edition = Lower(edition);
        }

        SplitEdition(edition, out var epoch, out var version, out var release);
        Reset(3 * (name.Length + arch.Length + epoch.Length + version.Length + release.Length + 4));

        // epoch:name-version-release.arch
        var e = Append(epoch);
        Append(":"u8);
        var n = Append(name);
        Append("-"u8);
        var v = Append(version);
        Append("-"u8);
        var r = Append(release);
        Append("."u8);
        var a = Append(arch);
        Form(n.Start, n.End);
        Form(n.Start, v.End);
        Form(n.Start, r.End);
        Form(n.Start, a.End);
        Form(e.Start, a.End);
        Form(v.Start, v.End);
        Form(v.Start, r.End);

        EpochInsideForms(name, arch, epoch, version, release);
        if (isAscii)
            LowerAscii();
    }

    private void EpochInsideForms(
        scoped ReadOnlySpan<byte> name,
        scoped ReadOnlySpan<byte> arch,
        scoped ReadOnlySpan<byte> epoch,
        scoped ReadOnlySpan<byte> version,
        scoped ReadOnlySpan<byte> release
    )
    {
        // name.arch:epoch:version-release
        var n = Append(name);
        Append("."u8);
        var a = Append(arch);
        Append(":"u8);
        var e = Append(epoch);
        Append(":"u8);
        Append(version);
        Append("-"u8);
        var r = Append(release);
        Form(n.Start, a.End);
        Form(n.Start, r.End);
        Form(e.Start, r.End);

        // name-epoch:version-release.arch
        n = Append(name);
        Append("-"u8);
        Append(epoch);
        Append(":"u8);
        Append(version);
        Append("-"u8);
        r = Append(release);
        Append("."u8);
        a = Append(arch);
        Form(n.Start, r.End);
        Form(n.Start, a.End);
    }

    /// <summary>Epoch (<c>0</c> when there is none), version up to the first hyphen, release after it.</summary>
    private static void SplitEdition(
        ReadOnlySpan<byte> edition,
        out ReadOnlySpan<byte> epoch,
        out ReadOnlySpan<byte> version,
        out ReadOnlySpan<byte> release
    )
    {
        var digits = edition.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var hasEpoch = digits > 0 && edition[digits] == ':';
        epoch = hasEpoch ? edition[..digits] : "0"u8;
        version = hasEpoch ? edition[(digits + 1)..] : edition;
        var hyphen = version.IndexOf((byte)'-');
        release = hyphen < 0 ? [] : version[(hyphen + 1)..];
        version = hyphen < 0 ? version : version[..hyphen];
    }

    private static ReadOnlySpan<byte> Utf8(string text, Span<byte> buffer) =>
        Encoding.UTF8.TryGetBytes(text, buffer, out var length) ? buffer[..length] : Encoding.UTF8.GetBytes(text);

    /// <summary>The rare text beyond ASCII, whose lower case may have another length.</summary>
    private static byte[] Lower(ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).ToLowerInvariant());

    private readonly void LowerAscii() => Ascii.ToLowerInPlace(_buffer[.._used], out _);

    private (int Start, int End) AppendDebianName(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> foreign)
    {
        var written = Append(name);
        if (foreign.IsEmpty)
            return written;
        Append(":"u8);
        return (written.Start, Append(foreign).End);
    }

    private void Reset(int bytes)
    {
        if (_buffer.Length < bytes)
            _buffer = new byte[bytes];
        _used = 0;
        Count = 0;
    }

    private (int Start, int End) Append(scoped ReadOnlySpan<byte> text)
    {
        var start = _used;
        text.CopyTo(_buffer[start..]);
        _used = start + text.Length;
        return (start, _used);
    }

    private void Form(int start, int end) => _forms[Count++] = (start, end - start);
}
