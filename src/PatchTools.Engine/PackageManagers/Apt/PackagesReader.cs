using System.Globalization;
using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Reads one Packages index into the catalog.</summary>
/// <param name="builder">Where the versions go.</param>
/// <param name="origin">Origin of all of them.</param>
/// <param name="extras">What only few versions have.</param>
/// <param name="hashOnDemand">
/// Compute the metadata hash only of versions whose text is known already. Right when no list is read after this one; sets
/// <see cref="NeedsHashes"/> when the list itself has one text twice.
/// </param>
internal sealed class PackagesReader(PackageCatalogBuilder builder, int origin, VersionExtras extras, bool hashOnDemand) : StanzaScanner
{
    private readonly ushort _native = builder.Word(builder.NativeArchitecture);
    private readonly ushort _none = builder.Word("none"u8);
    private byte[] _lower = [];

    /// <summary>Everything must be read again, with all hashes.</summary>
    public bool NeedsHashes { get; private set; }

    protected override void OnStanza(long offset)
    {
        var name = Field(StanzaField.Package);
        var edition = Field(StanzaField.Version);
        if (name.IsEmpty || edition.IsEmpty)
        {
            // A stanza without a version is legal, but there is nothing in it to install.
            if (name.IsEmpty)
                Fault(offset, "has no Package field");
            return;
        }

        if (!IsUsable(name) || !IsUsable(edition))
        {
            Fault(offset, "has a Package or Version that no package can have");
            return;
        }

        if (name.ContainsAnyInRange((byte)'A', (byte)'Z'))
            name = Lower(name);
        var architecture = Field(StanzaField.Architecture);
        var isAll = architecture.SequenceEqual("all"u8);
        var package = builder.Package(name, isAll ? _native : architecture.IsEmpty ? _none : builder.Word(architecture));
        var hash = PackageCatalogBuilder.NoHash;
        if (hashOnDemand)
        {
            var known = builder.FindText(package, edition);
            if (known >= 0)
            {
                NeedsHashes |= !builder.HasHash(known);
                hash = Hash(isAll);
            }
        }
        else
        {
            hash = Hash(isAll);
        }

        var version = builder.Version(package, edition, builder.Word(Field(StanzaField.Priority)), builder.Word(Field(StanzaField.Section)), hash, origin, Size(Field(StanzaField.Size)));
        if (Has(StanzaField.PhasedUpdatePercentage))
            extras.Phased(version, origin, Field(StanzaField.PhasedUpdatePercentage));
        if (extras.WantsSources)
            extras.Source(version, Field(StanzaField.Source));
    }

    private ulong Hash(bool isAll)
    {
        var hash = new VersionHash();
        hash.Add(Field(StanzaField.InstalledSize));
        hash.Add(Field(StanzaField.Depends));
        hash.Add(Field(StanzaField.PreDepends));
        hash.Add(Field(StanzaField.Conflicts));
        hash.Add(Field(StanzaField.Breaks));
        hash.Add(Field(StanzaField.Replaces));
        return hash.With(Field(StanzaField.MultiArch), isAll);
    }

    /// <summary>apt takes mixed-case names for their lower-case form, as dpkg does.</summary>
    private ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> name)
    {
        if (_lower.Length < name.Length)
            _lower = new byte[name.Length];
        Ascii.ToLower(name, _lower, out var written);
        return _lower.AsSpan(0, written);
    }

    /// <summary>Names and versions are ASCII (Debian policy §5.6.1, §5.6.12).</summary>
    internal static bool IsUsable(ReadOnlySpan<byte> text) => text.Length is > 0 and <= ushort.MaxValue && Ascii.IsValid(text);

    internal static uint Size(ReadOnlySpan<byte> digits)
    {
        var size = 0UL;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9' || size > uint.MaxValue)
                break;
            size = (size * 10) + (digit - (uint)'0');
        }

        return (uint)Math.Min(size, uint.MaxValue);
    }
}

/// <summary>Facts of versions that are too rare for a column of their own.</summary>
internal sealed class VersionExtras(bool wantsSources)
{
    private readonly Dictionary<int, (int Origin, int Percentage)> _phased = [];
    private readonly Dictionary<int, string> _sources = [];

    /// <summary>Whether a pin asks for source packages (<c>Package: src:…</c>).</summary>
    public bool WantsSources { get; } = wantsSources;

    public void Phased(int version, int origin, ReadOnlySpan<byte> text)
    {
        if (int.TryParse(Encoding.UTF8.GetString(text), NumberStyles.None, CultureInfo.InvariantCulture, out var percentage) && percentage < 100
            && (!_phased.TryGetValue(version, out var known) || origin < known.Origin))
        {
            _phased[version] = (origin, percentage);
        }
    }

    /// <summary><c>name</c> or <c>name (version)</c>; an absent field is the package's own name.</summary>
    public void Source(int version, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
            _sources.TryAdd(version, Encoding.UTF8.GetString(text).Split(' ')[0]);
    }

    /// <summary>What the first origin of the version says, as in libapt; null when it is not phased.</summary>
    public int? PhasedPercentage(PackageVersion version) =>
        _phased.TryGetValue(version.Index, out var phased) && phased.Origin == version.OriginIndexes[0] ? phased.Percentage : null;

    /// <summary>Name of the source package, null for the package's own.</summary>
    public string? SourceOf(int version) => _sources.GetValueOrDefault(version);
}
