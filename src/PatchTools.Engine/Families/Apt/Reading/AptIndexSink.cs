using System.Globalization;
using System.Text;
using PatchTools.Model;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// What a source leaves out of its index, and the origin under which it is known all the same, for explanations.
/// </summary>
/// <param name="Filter">What is left out.</param>
/// <param name="Origin">Its origin, which says why.</param>
internal sealed record AptHiddenPackages(AptPackageFilter Filter, int Origin);

/// <summary>
/// One index file. Versions of packages that dpkg does not know are never told apart beyond their text, so their hash
/// is not computed.
/// </summary>
internal readonly struct AptIndexSink(
    PackageCatalogBuilder builder,
    int origin,
    string native,
    Dictionary<int, AptStatusSink.KnownVersion> known,
    Dictionary<int, int> phased,
    Dictionary<int, string>? sources,
    AptHiddenPackages? hidden = null
) : IStanzaSink
{
    /// <summary>No stanza that apt sees is merged with one that it does not.</summary>
    private const ulong HiddenHash = ulong.MaxValue;

    private readonly byte[] _all = "all"u8.ToArray();
    private readonly byte[] _nativeBytes = Encoding.UTF8.GetBytes(native);
    private readonly ushort _native = builder.Word(native);

    public static bool ReadsStatus => false;

    public bool WantsSources => sources is not null;

    public void Add(in PackageStanza stanza)
    {
        var isNative = stanza.Architecture.SequenceEqual(_nativeBytes) || stanza.Architecture.SequenceEqual(_all);
        if (hidden is not null && hidden.Filter.LeavesOut(stanza.Package))
        {
            AddHidden(stanza, builder.FindPackage(stanza.Package, isNative ? _nativeBytes : stanza.Architecture));
            return;
        }

        var package = builder.Package(stanza.Package, isNative ? _native : builder.Word(stanza.Architecture));
        var hash = known.TryGetValue(package, out var status) ? status.HashOf(stanza) : 0;
        var priority = builder.Word(AptPriority.Word(stanza.Priority));
        var section = builder.Word(stanza.Section);
        var edition = status is null ? stanza.Version : status.SpellingOf(stanza.Version, hash);
        var version = builder.Version(package, edition, priority, section, hash, origin);
        if (status is not null && status.IsDescribedFirst(hash))
            builder.Describe(version, priority, section);
        if (
            !stanza.PhasedPercentage.IsEmpty
            && int.TryParse(
                Encoding.ASCII.GetString(stanza.PhasedPercentage),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var percentage
            )
            && percentage < 100
        )
            phased.TryAdd(version, percentage);
        if (
            sources is not null
            && (stanza.IsHashed ? stanza.Source : SourceOf(stanza.Text)) is { IsEmpty: false } source
        )
            sources.TryAdd(version, Encoding.UTF8.GetString(source));
    }

    /// <summary>What the host does not see of an installed package; of any other nothing is said.</summary>
    private void AddHidden(in PackageStanza stanza, int package)
    {
        if (package < 0 || !builder.IsInstalled(package))
            return;
        builder.Version(
            package,
            stanza.Version,
            builder.Word(AptPriority.Word(stanza.Priority)),
            builder.Word(stanza.Section),
            HiddenHash,
            hidden!.Origin
        );
    }

    // Source: openssl (3.0.15-1~deb12u1)
    public static ReadOnlySpan<byte> SourceOf(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOf("\nSource:"u8);
        if (at < 0)
            return default;
        var value = text[(at + 8)..];
        if (value.IndexOf((byte)'\n') is var end and >= 0)
            value = value[..end];
        value = value.Trim(" \t\r"u8);
        return value.IndexOf((byte)' ') is var blank and >= 0 ? value[..blank] : value;
    }
}
