using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// A copy of an image's database for rpm, PatchTools' own and gone with this object. rpm follows links and opens its
/// files by name, and the owner of an image can put a link in the place of one at any moment: the copy is made of files
/// that were opened below the root and held. Of the host itself nothing is copied.
/// </summary>
internal sealed class RpmDatabaseCopy : IDisposable
{
    /// <summary>More than the packages of any host need; a file of an image may claim any length.</summary>
    private const long MaxBytes = 2L << 30;

    /// <summary>Whoever writes all the time is not waited for.</summary>
    private const int MaxCopies = 3;

    /// <summary>
    /// What belongs to processes that have the database open (locks, Berkeley DB's regions, SQLite's shared memory) is
    /// not copied: rpm makes its own.
    /// </summary>
    private static readonly ImageStageRules s_rules = new()
    {
        LeavesOut = name =>
            name is ".rpm.lock"
            || name.StartsWith("__db.", StringComparison.Ordinal)
            || name.EndsWith("-shm", StringComparison.Ordinal),
        LeavesOutFolder = _ => true,
        MaxBytes = MaxBytes,
    };

    private readonly ImageConfiguration? _own;

    private RpmDatabaseCopy(RpmPlace place) => Place = place;

    private RpmDatabaseCopy(HostContext host, string database)
    {
        _own = new ImageConfiguration(host);
        try
        {
            Place = new RpmPlace(host.Paths.Root, database, Copied(host.Paths.Root, database, _own));
        }
        catch
        {
            _own.Dispose();
            throw;
        }
    }

    /// <summary>Where rpm reads.</summary>
    public RpmPlace Place { get; }

    /// <param name="host">Whose root, and where PatchTools' own data lies.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.ImagePathRefused"/>: a link leads elsewhere; <see cref="PatchErrors.NotPlainFile"/>: a
    /// FIFO, a socket or a device in the place of a file; <see cref="PatchErrors.PackageDatabaseUnreadable"/>: it
    /// cannot be read, or changes while it is; <see cref="PatchErrors.StateUnwritable"/>: there is no place for the
    /// copy.
    /// </exception>
    public static RpmDatabaseCopy Of(HostContext host)
    {
        var root = host.Paths.Root;
        if (!host.Paths.IsImage)
            return new RpmDatabaseCopy(RpmPlace.InPlace(root));

        // Looked for once: what appears after the look is not read in its place either.
        if (RpmQuery.DatabaseOf(root) is not { } database)
            return new RpmDatabaseCopy(new RpmPlace(root, null, null));
        try
        {
            return new RpmDatabaseCopy(host, database);
        }
        catch (PatchToolsException e) when (!host.IsRoot && e.Error == PatchErrors.StateUnwritable)
        {
            // A user without a home: rpm can open for him no more than he could himself.
            return new RpmDatabaseCopy(RpmPlace.InPlace(root));
        }
    }

    public void Dispose() => _own?.Dispose();

    private static string Copied(string root, string database, ImageConfiguration own)
    {
        for (var copies = 1; copies <= MaxCopies; copies++)
        {
            var folder = own.FolderOf(FormattableString.Invariant($"rpm-{copies}"));
            var before = Stamp(root);
            ImageStage.Copy(database, folder, s_rules);
            if (before is not (null, null) && Stamp(root) == before)
                return RpmQuery.WithoutMacros(folder);
        }

        throw new PatchToolsException(
            PatchErrors.PackageDatabaseUnreadable,
            $"rpm's database {database} changes while it is read. Scan the image when nobody works on it.",
            database
        );
    }

    /// <summary>Of the database and of what SQLite writes first.</summary>
    private static (FileStamp?, FileStamp?) Stamp(string root) =>
        RpmQuery.DatabaseFileOf(root) is { } file ? (StampOf(file), StampOf(file + "-wal")) : default;

    private static FileStamp? StampOf(string path)
    {
        using var held = HeldFile.Of(path);
        return held is null ? null : FileStamp.Of(held.Path);
    }
}
