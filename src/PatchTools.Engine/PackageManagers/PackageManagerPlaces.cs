namespace PatchTools.PackageManagers;

/// <summary>Where a package manager works, for those who must know whether it can.</summary>
/// <param name="Archives">Directory that packages are downloaded to.</param>
/// <param name="Database">Directory of the package database.</param>
/// <param name="RemountsByItself">Its configuration has hooks that make read-only mounts writable around each transaction.</param>
/// <param name="Interrupted">What an interrupted transaction left, for people; null when nothing did.</param>
internal sealed record PackageManagerPlaces(string Archives, string Database, bool RemountsByItself, string? Interrupted);
