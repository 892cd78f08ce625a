using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Shared;

/// <summary>
/// The host during one run: found out once, when it is first asked for, and kept until an install has changed it. Not
/// thread-safe.
/// </summary>
/// <param name="host">Places, clock, environment.</param>
/// <param name="runner">Starts the programs of the host.</param>
/// <param name="decompressor">Opens compressed lists.</param>
/// <param name="toml">Reads what dnf 5 keeps in TOML; null where no family needs it.</param>
/// <param name="families">Among which the host's is looked for; null where it is known already.</param>
/// <param name="memory">What an earlier step of the same run has found out.</param>
internal sealed class HostSession(
    HostContext host,
    IProcessRunner runner,
    IDecompressor decompressor,
    ITomlReader? toml = null,
    FamilyRegistry? families = null,
    HostMemory? memory = null
)
{
    private IPackageManager? _manager;

    public HostContext Host => host;

    public IProcessRunner Runner => runner;

    public IDecompressor Decompressor => decompressor;

    public HostMemory Memory { get; } = memory ?? new HostMemory();

    public ITomlReader Toml => toml ?? throw new InvalidOperationException("This session reads no TOML.");

    /// <summary>What os-release says.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public OsRelease System => Memory.System ??= OsReleaseFile.Read(host.Paths.Root);

    /// <summary>Null where no family that PatchTools knows keeps the packages.</summary>
    public Family? Family
    {
        get
        {
            Memory.Family ??= (families?.In(host.Paths.Root, System), true);
            return Memory.Family.Value.Found;
        }
    }

    /// <summary>Null where the host has no package manager that PatchTools knows.</summary>
    public IPackageManager? FindManager() => _manager ??= Family?.Manager(this);

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerNotFound"/>.</exception>
    public IPackageManager Manager()
    {
        FamilyRegistry.RequireRoot(host);
        return FindManager()
            ?? throw new PatchToolsException(
                PatchErrors.PackageManagerNotFound,
                families?.WhyNone(host.Paths.Root, System) ?? "No package manager is looked for.",
                host.Paths.Root
            );
    }

    /// <summary>Null where the host has no package manager that PatchTools knows.</summary>
    public PackageManagerPlaces? Places() => Family?.Places(this);

    /// <summary>Null where no known database says which package a file is of.</summary>
    public IFileOwners? FileOwners() => Family?.FileOwners(this);

    /// <summary>Packages were installed: os-release may be another one.</summary>
    public void HasChanged() => Memory.System = null;
}

/// <summary>What has been found out of a host; a run hands it from step to step.</summary>
internal sealed class HostMemory
{
    public OsRelease? System { get; set; }

    public (Family? Found, bool WasSought)? Family { get; set; }

    /// <summary>What the family has read of its database, and what the database was then.</summary>
    public (DatabaseStamp Stamp, object Answer)? Database { get; set; }
}
