using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Files;
using PatchTools.Model;
using PatchTools.Ports;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// Everything in which dnf 4, dnf 5 and yum 3 differ: their commands, words, files and habits, one description for
/// each. The code that works with them asks for what it needs to know, never which of them it is.
/// </summary>
internal sealed partial record DnfTool
{
    /// <summary>Where all of them look for repositories.</summary>
    public const string RepositoryFolder = "/etc/yum.repos.d";

    /// <summary>Of <see cref="RpmJournal"/>; yum has the same.</summary>
    public const string JournalName = "dnf";

    /// <summary>As reports name it.</summary>
    public required string Name { get; init; }

    /// <summary>With its generation, for people: <c>dnf 5</c>.</summary>
    public required string Title { get; init; }

    public required PackageFamily Family { get; init; }

    // Commands.

    public required string Command { get; init; }

    /// <summary>Switches plug-ins off.</summary>
    public required string WithoutPlugins { get; init; }

    /// <summary>What makes <c>makecache</c> ask however young the cache is; empty where it always does.</summary>
    public required IReadOnlyList<string> AskAgain { get; init; }

    /// <summary>What makes it say each package that it would change, in a form that never wraps.</summary>
    public required IReadOnlyList<string> SayChanges { get; init; }

    /// <summary>Exactly what is asked for or nothing.</summary>
    public required IReadOnlyList<string> AllOrNothing { get; init; }

    /// <summary>The command that installs and updates.</summary>
    public required string InstallVerb { get; init; }

    /// <summary>Whether it can be asked for the sizes of what is offered (<c>repoquery</c>).</summary>
    public required bool TellsSizes { get; init; }

    /// <summary>Whether it says what an install would do to users that are not root, too.</summary>
    public required bool PlansForEveryone { get; init; }

    /// <summary>Removes old kernels; for people.</summary>
    public required string RemoveOldKernels { get; init; }

    // Words.

    /// <summary>
    /// Reads the table in which it says what it would do; null where it says one line for each package, as
    /// <c>DnfAnswer</c> has them.
    /// </summary>
    public Func<string, List<PlannedChange>?>? ReadTable { get; init; }

    /// <summary>
    /// Whether a plan that it leaves off without a word of any package is a failure: it ends alike where it has
    /// nothing to do.
    /// </summary>
    public required bool MustNamePackages { get; init; }

    // Configuration.

    /// <summary>
    /// Files, and folders of <c>*.conf</c>, of the main configuration, below the root: the first that is there, or with
    /// <see cref="AddsUpConfiguration"/> all of them, later ones win.
    /// </summary>
    public required IReadOnlyList<string> Configuration { get; init; }

    /// <summary>Whether folders of drop-ins come before the main file.</summary>
    public required bool AddsUpConfiguration { get; init; }

    /// <summary>Whether quotation marks around a value are not part of it.</summary>
    public required bool TakesQuotesOff { get; init; }

    /// <summary>Folders of variables, later ones win.</summary>
    public required IReadOnlyList<string> VariableFolders { get; init; }

    /// <summary>Folders of <c>*.repo</c> files that change options of repositories defined elsewhere.</summary>
    public IReadOnlyList<string> OverrideFolders { get; init; } = [];

    /// <summary>Default of <c>reposdir</c>.</summary>
    public required IReadOnlyList<string> RepositoryFolders { get; init; }

    /// <summary>
    /// Whether what the main section says of <c>skip_if_unavailable</c> is the default of repositories.
    /// </summary>
    public required bool MainSkipsRepositories { get; init; }

    /// <summary>Default of <c>plugins</c>.</summary>
    public required bool HasPluginsOn { get; init; }

    /// <summary>
    /// Configuration of the plug-in that obeys priorities, below the root; null where the tool itself does.
    /// </summary>
    public string? PriorityPlugin { get; init; }

    /// <summary>What a repository with a better priority hides of the others.</summary>
    public required PriorityRule Priorities { get; init; }

    /// <summary>
    /// Folder of the versionlock plug-in's configuration and list, below the root; null where there is none.
    /// </summary>
    public string? VersionLockFolder { get; init; }

    /// <summary>Whether its plug-in writes the epoch before the name: <c>0:r-sec-two-1.0-1.*</c>.</summary>
    public bool LocksBeginWithEpoch { get; init; }

    /// <summary>Its own list of version locks (TOML), below the root; null where a plug-in has them.</summary>
    public string? VersionLockFile { get; init; }

    /// <summary>
    /// The state of modules on a root, by name; what cannot be read is warned about. Null: it knows no modules.
    /// </summary>
    public Func<string, ITomlReader, List<string>, IReadOnlyDictionary<string, ModuleState>>? ReadModules { get; init; }

    /// <summary>
    /// Packages that ask for a reboot when they are installed after the last boot, as its <c>needs-restarting</c> has
    /// them.
    /// </summary>
    public required IReadOnlyList<string> CorePackages { get; init; }

    // Cache.

    /// <summary>Option of the main section that names the cache.</summary>
    public required string CacheOption { get; init; }

    /// <summary>Default of <see cref="CacheOption"/>.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Whether a repository's folder is called after its address, too, not after its id alone.</summary>
    public required bool NamesCacheByAddress { get; init; }

    /// <summary>Whether lists lie beside <c>repomd.xml</c>, not all of them below <c>repodata</c>.</summary>
    public required bool KeepsListsFlat { get; init; }

    /// <summary>
    /// Folder that it unpacks SQLite lists to, below a repository's; null where it uses the lists in XML.
    /// </summary>
    public string? DatabaseFolder { get; init; }

    /// <summary>
    /// File of a repository's folder whose time is when it was last asked; null where the list's own says so.
    /// </summary>
    public string? ConfirmationFile { get; init; }

    /// <summary>
    /// File of a repository's folder that keeps the metalink; null where the tool verifies it itself.
    /// </summary>
    public string? MetalinkFile { get; init; }

    public override string ToString() => Title;

    /// <summary>Which of the tools the root has.</summary>
    public static DnfTool Of(string root, OsRelease system) =>
        Of(root, OperatingSystemIdentity.TryFrom(system)?.Family ?? PackageFamily.Dnf);

    /// <summary>
    /// By what lies on disk: yum is a name of dnf where dnf is there. An image without any of the tools is read as its
    /// own metadata cache says, and as dnf 4's else.
    /// </summary>
    public static DnfTool Of(string root, PackageFamily byRelease)
    {
        // Where both are installed it is the one that dnf is: its cache, its locks and its modules are those in use.
        if (HostFiles.RealPath(Path.Combine(root, "usr/bin/dnf")) is { } dnf)
            return Path.GetFileName(File.ResolveLinkTarget(dnf, true)?.Name ?? dnf) == "dnf5" ? Dnf5 : Dnf4;
        if (Has("usr/bin/dnf-3") || Has("usr/bin/dnf4"))
            return Dnf4;
        if (Has("usr/bin/dnf5"))
            return Dnf5;
        if (Has("usr/bin/yum"))
            return Yum3;
        if (HostFiles.DirectoryExists(Path.Combine(root, "var/cache/libdnf5")))
            return Dnf5;
        return byRelease == PackageFamily.Yum ? Yum3 : Dnf4;

        bool Has(string file) => HostFiles.Exists(Path.Combine(root, file));
    }
}
