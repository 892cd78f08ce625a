using PatchTools.Errors;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Reads dpkg's status into the catalog: every stanza is a version of the local database, and those of installed packages are remembered.</summary>
/// <param name="builder">Where the versions go.</param>
/// <param name="origin">Origin of the local database.</param>
/// <param name="autoInstalled"><c>name:architecture</c> of what apt installed only as a dependency.</param>
/// <param name="infoDirectory">dpkg's <c>info</c>, whose file lists carry the times of installation.</param>
/// <param name="defaultStatus">Status of a stanza that has none: <c>install ok installed</c> in <c>status.d</c>, null in a status file.</param>
internal sealed class StatusReader(PackageCatalogBuilder builder, int origin, IReadOnlySet<string> autoInstalled, string infoDirectory, string? defaultStatus) : StanzaScanner
{
    private readonly ushort _native = builder.Word(builder.NativeArchitecture);

    protected override void OnStanza(long offset)
    {
        var name = Field(StanzaField.Package);
        if (name.IsEmpty)
        {
            Fault(offset, "has no Package field");
            return;
        }

        var status = Has(StanzaField.Status) ? TextOf(StanzaField.Status) : defaultStatus ?? "";
        var words = status.Split(' ');
        var isInstalled = status.Length > 0 && words is [_, _, not ("not-installed" or "config-files")];
        if (status.Length > 0 && words.Length != 3)
        {
            Fault(offset, $"has the malformed Status '{status}'");
            return;
        }

        var edition = Field(StanzaField.Version);
        if (!PackagesReader.IsUsable(name) || !PackagesReader.IsUsable(edition))
        {
            if (isInstalled || !edition.IsEmpty)
                Fault(offset, "has a Package or Version that no package can have");
            return;
        }

        var architecture = Field(StanzaField.Architecture);
        var isAll = architecture.SequenceEqual("all"u8);
        var word = isAll ? _native : architecture.IsEmpty ? builder.Word("none"u8) : builder.Word(architecture);
        var package = builder.Package(name, word);
        var hash = new VersionHash();
        hash.Add(Field(StanzaField.InstalledSize));
        hash.Add(Field(StanzaField.Depends));
        hash.Add(Field(StanzaField.PreDepends));
        hash.Add(Field(StanzaField.Conflicts));
        hash.Add(Field(StanzaField.Breaks));
        hash.Add(Field(StanzaField.Replaces));
        var version = builder.Version(package, edition, builder.Word(Field(StanzaField.Priority)), builder.Word(Field(StanzaField.Section)), hash.With(Field(StanzaField.MultiArch), isAll), origin, PackagesReader.Size(Field(StanzaField.Size)));
        if (!isInstalled)
            return;

        var nameText = TextOf(StanzaField.Package);
        var architectureText = builder.WordText(word);
        builder.SetInstalled(package, version, new InstalledPackage
        {
            Name = nameText,
            Architecture = architectureText,
            Edition = TextOf(StanzaField.Version),
            Status = status,
            IsHeld = words[0] == "hold",
            IsAutoInstalled = autoInstalled.Contains($"{nameText}:{architectureText}"),
            IsBroken = words[2] is "unpacked" or "half-configured" or "half-installed" || words[1].EndsWith("reinstreq", StringComparison.Ordinal),
            InstalledTime = TimeOf(nameText, architectureText),
        });
    }

    private EpochTime? TimeOf(string name, string architecture)
    {
        var seconds = FileStamp.ModifiedSeconds($"{infoDirectory}/{name}:{architecture}.list") ?? FileStamp.ModifiedSeconds($"{infoDirectory}/{name}.list");
        return seconds is { } time ? new EpochTime(time, IsFractional: true) : null;
    }
}

/// <summary>Which packages apt installed only as dependencies: <c>extended_states</c>.</summary>
internal sealed class ExtendedStatesReader : StanzaScanner
{
    private readonly HashSet<string> _autoInstalled = new(StringComparer.Ordinal);

    /// <summary><c>name:architecture</c>.</summary>
    public IReadOnlySet<string> AutoInstalled => _autoInstalled;

    protected override void OnStanza(long offset)
    {
        if (Field(StanzaField.AutoInstalled).SequenceEqual("1"u8))
            _autoInstalled.Add($"{TextOf(StanzaField.Package)}:{TextOf(StanzaField.Architecture)}");
    }
}

/// <summary>dpkg's database on disk: <c>status</c>, and <c>status.d</c> of images that have no dpkg.</summary>
internal static class DpkgDatabase
{
    public static bool Exists(string statusFile) => File.Exists(statusFile) || Directory.Exists(statusFile + ".d");

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static void Read(AptSetting setting, PackageCatalogBuilder builder, int origin, List<string> warnings, CancellationToken cancellationToken)
    {
        var states = new ExtendedStatesReader();
        Scan(setting.ExtendedStatesFile, states, cancellationToken);

        var info = Path.Combine(setting.AdminDirectory, "info");
        var statusFile = setting.StatusFile;
        var found = Scan(statusFile, Reader(null), cancellationToken);
        if (Directory.Exists(statusFile + ".d"))
        {
            foreach (var file in Directory.GetFiles(statusFile + ".d").Where(f => !f.EndsWith(".md5sums", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
                found |= Scan(file, Reader("install ok installed"), cancellationToken);
        }

        if (!found)
            throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"dpkg's database {statusFile} is missing.", statusFile);
        if (HasJournal(setting.AdminDirectory))
            warnings.Add($"dpkg was interrupted or is at work: {setting.AdminDirectory}/updates holds changes that are not in its status yet (dpkg --configure -a).");

        StatusReader Reader(string? defaultStatus) => new(builder, origin, states.AutoInstalled, info, defaultStatus);

        bool Scan(string path, StanzaScanner reader, CancellationToken token)
        {
            if (!File.Exists(path))
                return false;
            try
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                reader.Run(stream, token);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"The package database {path} cannot be read: {e.Message}", path, e);
            }

            if (reader.FirstFault is { } fault)
                warnings.Add($"In {path} {fault} and is left out{(reader.FaultCount > 1 ? $" ({reader.FaultCount} stanzas in all)" : "")}.");
            return true;
        }
    }

    /// <summary>Files of digits below <c>updates</c> are changes that dpkg has not merged into its status (<c>debSystem::CheckUpdates</c>).</summary>
    private static bool HasJournal(string adminDirectory)
    {
        var updates = Path.Combine(adminDirectory, "updates");
        try
        {
            return Directory.Exists(updates) && Directory.EnumerateFiles(updates).Any(f => Path.GetFileName(f).All(char.IsAsciiDigit));
        }
        catch (UnauthorizedAccessException)
        {
            // Only root may look.
            return false;
        }
    }
}
