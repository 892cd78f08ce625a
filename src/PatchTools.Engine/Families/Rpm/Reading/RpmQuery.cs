using System.Globalization;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Processes;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>One installed package as rpm's database has it.</summary>
/// <param name="Name">Package name.</param>
/// <param name="Architecture">rpm architecture, <c>noarch</c> among them.</param>
/// <param name="Edition"><c>[epoch:]version-release</c>, without an epoch of 0.</param>
/// <param name="InstallTime">Seconds since 1970 UTC; 0 when unknown.</param>
/// <param name="BuildTime">Seconds since 1970 UTC; 0 when unknown.</param>
/// <param name="Vendor">As the package says; empty when it says nothing.</param>
internal sealed record RpmPackage(
    string Name,
    string Architecture,
    string Edition,
    long InstallTime,
    long BuildTime,
    string Vendor = ""
);

/// <summary>What rpm has installed.</summary>
/// <param name="Packages">At least one.</param>
/// <param name="Doubts">Why these may not be all, one sentence each.</param>
internal sealed record RpmInstalled(IReadOnlyList<RpmPackage> Packages, IReadOnlyList<string> Doubts);

/// <summary>
/// Asks rpm itself for its database: rpm knows every backend that ever was (Berkeley DB, ndb, SQLite). One command
/// whatever is installed.
/// </summary>
internal sealed class RpmQuery(RpmPlace place, IProcessRunner runner)
{
    /// <summary>ASCII's own separators: no field of rpm's holds them.</summary>
    private const char Record = '\u001e';
    private const char Field = '\u001f';
    private const char Entry = '\u001d';
    private const char Part = '\u001c';

    private static readonly string[] DatabaseFolders = ["usr/lib/sysimage/rpm", "var/lib/rpm", "usr/share/rpm"];
    private static readonly string[] DatabaseFiles = ["rpmdb.sqlite", "Packages.db", "Packages"];

    /// <summary>
    /// What provides the release number of a distribution, in dnf's order (dnf.const.DISTROVERPKG of dnf 4.14).
    /// </summary>
    private static readonly string[] ReleaseProviders =
    [
        "system-release(releasever)",
        "system-release",
        "distribution-release(releasever)",
        "distribution-release",
        "redhat-release",
        "suse-release",
    ];

    /// <summary>Where a database may lie below a root.</summary>
    public static IEnumerable<string> Folders(string root) => DatabaseFolders.Select(f => Path.Combine(root, f));

    /// <summary>Folder of the database below a root; null when there is none.</summary>
    public static string? DatabaseOf(string root) =>
        DatabaseFolders
            .Select(f => Path.Combine(root, f))
            .FirstOrDefault(f => DatabaseFiles.Any(d => HostFiles.Exists(Path.Combine(f, d))));

    /// <summary>The database itself below a root; null when there is none.</summary>
    public static string? DatabaseFileOf(string root) =>
        DatabaseOf(root) is { } folder
            ? DatabaseFiles.Select(d => Path.Combine(folder, d)).FirstOrDefault(HostFiles.Exists)
            : null;

    /// <summary>
    /// Every installed package; public keys, which rpm keeps as packages, are left out. No host is without any package,
    /// and what rpm complains of while it answers is a doubt.
    /// </summary>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.PackageDatabaseUnreadable"/>, naming the database.
    /// </exception>
    public async Task<RpmInstalled> ReadAsync(CancellationToken cancellationToken)
    {
        // rpm makes a new, empty database where there is none; and without --dbpath it would answer for this host.
        if (place is { Folder: null, Root: not "/" })
            throw Unreadable($"There is no database of rpm below {place.Root} ({string.Join(", ", DatabaseFolders)}).");
        var database = DatabaseFileOf(place.Root) ?? "rpm's database";
        CommandResult answer;
        try
        {
            answer = await AskInstalledAsync(cancellationToken);
        }
        catch (CommandFailedException e) when (e.Result is { } failed && Complaints(failed.StandardError).Count > 0)
        {
            throw Unreadable(
                $"rpm cannot read its database {database}: "
                    + $"{string.Join("; ", Complaints(failed.StandardError))}. {Remedy}",
                e
            );
        }

        var complaints = Complaints(answer.StandardError);
        var said = complaints.Count > 0 ? $" rpm says: {string.Join("; ", complaints)}." : "";
        if (!answer.StandardOutput.AsSpan().Trim().IsEmpty && answer.StandardOutput.TrimEnd()[^1] != Record)
            throw Unreadable($"rpm's list of installed packages ({database}) is cut off.{said} {Remedy}");
        var packages = Installed(answer.StandardOutput);
        if (packages.Count == 0)
            throw Unreadable($"rpm's database {database} knows no installed package.{said} {Remedy}");
        List<string> doubts = [];
        if (complaints.Count > 0)
            doubts.Add(
                $"rpm complains while it reads its database {database}: {string.Join("; ", complaints)}. {Remedy}"
            );

        // Public keys are counted, too.
        var listed = answer.StandardOutput.AsSpan().Count(Record);
        if (BerkeleyDatabase.CountOf(database) is { } counted && counted > listed)
            doubts.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rpm lists {listed} packages, and its database {database} counts {counted}: some of it is "
                        + $"lost. {Remedy}"
                )
            );
        return new RpmInstalled(packages, doubts);
    }

    private const string Remedy =
        "Look at it with rpm -qa and rpmdb --verifydb; rpmdb --rebuilddb repairs an index, else put back a copy of "
        + "the database.";

    private PatchToolsException Unreadable(string message, Exception? cause = null) =>
        new(PatchErrors.PackageDatabaseUnreadable, message, DatabaseOf(place.Root) ?? place.Root, cause);

    private async Task<CommandResult> AskInstalledAsync(CancellationToken cancellationToken)
    {
        var format =
            $"%{{NAME}}{Field}%{{ARCH}}{Field}%{{EPOCHNUM}}{Field}%{{VERSION}}{Field}%{{RELEASE}}{Field}"
            + $"%{{INSTALLTIME}}{Field}%{{BUILDTIME}}{Field}%{{VENDOR}}{Record}";
        return await runner.RunAsync(
            new Command("rpm", [.. place.Options, "-qa", "--queryformat", format]),
            cancellationToken
        );
    }

    // rpm 4.18.0:
    // error: sqlite failure: CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB
    // NOT NULL): file is not a database rpm 4.14 (Berkeley DB), with exit code 0:
    // error: rpmdbNextIterator: skipping h#       7 Header V3 RSA/SHA256 Signature, key ID 39db7c82: BAD
    // error: rpmdb: BDB0113 Thread/process 7/140 failed: BDB1507 Thread died in Berkeley DB library
    /// <summary>
    /// Errors, each once. What rpm only warns of (another backend, Debian's advice to use alien) is none.
    /// </summary>
    private List<string> Complaints(string errors)
    {
        const int shown = 3;
        const string prefix = "error: ";
        return
        [
            .. errors
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(l =>
                    l.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                    || l.StartsWith("rpmdb: ", StringComparison.OrdinalIgnoreCase)
                )
                .Select(l =>
                    place.Folder is { } folder ? l.Replace(folder, place.Database, StringComparison.Ordinal) : l
                )
                .Select(l =>
                    Shown(l.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? l[prefix.Length..] : l, 200)
                )
                .Distinct(StringComparer.Ordinal)
                .Take(shown),
        ];
    }

    // rpm 4.18.0, fields parted by U+001F and packages by U+001E:
    // r-epoch | x86_64 | 1 | 1.0 | 1 | 1767916800 | 1767225600 | SUSE LLC <https://www.suse.com/>
    // gpg-pubkey | (none) | 0 | 8483c65d | 5ccc5b19 | 1556896537 | 1556896537 | (none)
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static IReadOnlyList<RpmPackage> Installed(string output)
    {
        List<RpmPackage> packages = [];
        foreach (var record in output.Split(Record))
        {
            if (record.AsSpan().Trim().IsEmpty)
                continue;
            var fields = record.TrimStart('\n').Split(Field);
            if (fields.Length != 8 || fields[0].Length == 0 || fields[3].Length == 0)
                throw new PatchToolsException(
                    PatchErrors.PackageDatabaseUnreadable,
                    $"rpm's list of installed packages has a record that is none: '{Shown(record)}'."
                );
            if (fields[0] == "gpg-pubkey")
                continue;
            var epoch = fields[2] is "0" or "(none)" ? "" : $"{fields[2]}:";
            packages.Add(
                new RpmPackage(
                    fields[0],
                    fields[1],
                    $"{epoch}{fields[3]}-{fields[4]}",
                    Seconds(fields[5]),
                    Seconds(fields[6]),
                    fields[7] is "(none)" ? "" : fields[7]
                )
            );
        }

        return packages;
    }

    /// <summary>
    /// Names of installed packages that are program temporary fixes (PTF) of SUSE's, or belong to one.
    /// </summary>
    /// <exception cref="CommandFailedException">rpm cannot read the database.</exception>
    public async Task<IReadOnlySet<string>> TemporaryFixesAsync(CancellationToken cancellationToken)
    {
        var command = new Command(
            "rpm",
            [.. place.Options, "-q", "--whatprovides", "ptf()", "ptf-package()", "--queryformat", $"%{{NAME}}{Record}"]
        )
        {
            // As many as there are names that nothing provides; "no package provides ptf()" is a line of its own.
            ExpectedExitCodes = [0, 1, 2],
        };
        return (await runner.RunAsync(command, cancellationToken))
            .StandardOutput.Split(Record)
            .Select(r => r[(r.LastIndexOf('\n') + 1)..])
            .Where(n => n.Length > 0)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// <c>$releasever</c> as dnf finds it: the version with which a package provides the release, else its own. Null
    /// when nothing does.
    /// </summary>
    public async Task<string?> ReleaseVersionAsync(CancellationToken cancellationToken)
    {
        var format =
            $"%{{NAME}}{Field}%{{VERSION}}{Field}[%{{PROVIDENAME}}{Part}%{{PROVIDEFLAGS}}{Part}%{{PROVIDEVERSION}}"
            + $"{Entry}]{Record}";
        var command = new Command(
            "rpm",
            [.. place.Options, "-q", "--whatprovides", .. ReleaseProviders, "--queryformat", format]
        )
        {
            // As many as there are names that nothing provides.
            ExpectedExitCodes = [.. Enumerable.Range(0, ReleaseProviders.Length + 1)],
        };
        return ReleaseVersion((await runner.RunAsync(command, cancellationToken)).StandardOutput);
    }

    // rpm 4.18.0:
    // no package provides distribution-release
    // system-release | 2023.3.20240108 | system-release FS 8 FS 2023.3.20240108-1.amzn2023 GS
    // system-release(releasever) FS 8 FS 2023.3.20240108 GS
    public static string? ReleaseVersion(string output)
    {
        List<(string Name, string Version, string[][] Provides)> packages = [];
        foreach (var record in output.Split(Record))
        {
            var fields = record[(record.LastIndexOf('\n') + 1)..].Split(Field);
            if (fields.Length == 3)
                packages.Add(
                    (
                        fields[0],
                        fields[1],
                        [.. fields[2].Split(Entry).Select(e => e.Split(Part)).Where(p => p.Length == 3)]
                    )
                );
        }

        const int equal = 8;
        foreach (var provider in ReleaseProviders)
        {
            foreach (var (name, version, provides) in packages)
            {
                if (provides.FirstOrDefault(p => p[0] == provider) is not { } provided)
                    continue;
                var isExact =
                    int.TryParse(provided[1], NumberStyles.None, CultureInfo.InvariantCulture, out var flags)
                    && (flags & 0xf) == equal
                    && provided[2].Length > 0;
                return isExact && name != provider ? provided[2] : version;
            }
        }

        return null;
    }

    // --dbpath '/mnt/x/%(touch /tmp/y)' runs touch.
    /// <summary>rpm expands macros in a path that it is given, and one kind of them is a shell command.</summary>
    internal static string WithoutMacros(string database) =>
        ImageWords.IsPath(database)
            ? database
            : throw new PatchToolsException(
                PatchErrors.ImagePathRefused,
                $"rpm's database lies in {database}, which is not a plain path: rpm takes a percent sign in it for a "
                    + "macro. No link of an image may lead there, and neither an image nor PatchTools' own data "
                    + "lie there.",
                database
            );

    private static long Seconds(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    private static string Shown(string text, int length = 80) =>
        string.Concat(text.Take(length).Select(c => char.IsControl(c) ? ' ' : c));
}
