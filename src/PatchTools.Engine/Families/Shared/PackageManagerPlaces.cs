namespace PatchTools.Families.Shared;

/// <summary>Where a package manager works, for those who must know whether it can.</summary>
/// <param name="Archives">Directory that packages are downloaded to.</param>
/// <param name="Database">Directory of the package database.</param>
/// <param name="DatabaseFile">The database itself, whose time tells when packages last changed; null when there is no
/// such file.</param>
/// <param name="RemountsByItself">Its configuration has hooks that make read-only mounts writable around each
/// transaction.</param>
/// <param name="Interrupted">What an interrupted transaction left, for people; null when nothing did.</param>
/// <param name="RunsFromTmp">Programs of packages run from <c>/tmp</c> (apt: debconf's questions); rpm hands scriptlets
/// to their interpreter.</param>
/// <param name="Commands">What an administrator may run.</param>
internal sealed record PackageManagerPlaces(
    string Archives,
    string Database,
    string? DatabaseFile,
    bool RemountsByItself,
    string? Interrupted,
    bool RunsFromTmp,
    CureCommands Commands
);

/// <summary>Commands that recommended actions name.</summary>
/// <param name="Clean">Deletes downloaded packages.</param>
/// <param name="OldKernels">Removes kernels that are no longer needed.</param>
/// <param name="Refresh">Asks the repositories.</param>
internal sealed record CureCommands(string Clean, string OldKernels, string Refresh);
