using PatchTools.Rigs.Tests.Scenarios;

namespace PatchTools.Rigs.Tests.Crash;

/// <summary>A host on which an update of the package r-tool from 1.0-1 to 1.1-1 is installed again and again.</summary>
internal abstract class CrashHost : IDisposable
{
    protected const string Package = "r-tool";
    protected const string Old = "/var/tmp/old.package";

    public abstract string Tool { get; }

    public abstract OverlayRoot Root { get; }

    /// <summary>Whether the update is there, whole.</summary>
    public abstract bool IsDone { get; }

    public abstract PatchRunResult Install();

    public abstract IReadOnlyDictionary<string, string> SavedStates();

    /// <summary>The update is undone, whatever a run has left of the package.</summary>
    public abstract void Undo();

    public abstract void Dispose();

    protected static void Keep(OverlayRoot root, byte[] package)
    {
        root.Write(Old, "");
        File.WriteAllBytes(root.Path(Old), package);
    }
}

internal sealed class AptCrashHost : CrashHost
{
    private readonly ScenarioHost _host = new();

    public AptCrashHost()
    {
        var old = new SyntheticPackage(Package, "1.0-1");
        _host.Installed(old).Offers(SyntheticSuite.BookwormSecurity, new SyntheticPackage(Package, "1.1-1")).Ready();
        Keep(Root, old.Build());
    }

    public override string Tool => "apt";

    public override OverlayRoot Root => _host.Root;

    public override bool IsDone =>
        Root.DpkgStatus(Package) == "install ok installed 1.1-1" && Root.Run("dpkg", "--audit").Output.Length == 0;

    public override PatchRunResult Install() => _host.Install();

    public override IReadOnlyDictionary<string, string> SavedStates() => _host.SavedStates();

    public override void Undo() => Root.Run("dpkg", "--force-all", "-i", Old).Expect();

    public override void Dispose() => _host.Dispose();
}

internal sealed class DnfCrashHost : CrashHost
{
    private readonly RpmScenarioHost _host = new();

    public DnfCrashHost()
    {
        var old = new SyntheticRpm(Package, "1.0-1");
        _host.Installed(old).Fixes(new SyntheticRpm(Package, "1.1-1")).Ready();
        Keep(Root, old.With("Vendor", "Rig").Build());
    }

    public override string Tool => "dnf";

    public override OverlayRoot Root => _host.Root;

    public override bool IsDone => _host.EditionsOf(Package) is ["1.1-1"];

    public override PatchRunResult Install() => _host.Install();

    public override IReadOnlyDictionary<string, string> SavedStates() => _host.SavedStates();

    public override void Undo() =>
        Root.Shell($"rpm -e --allmatches --nodeps {Package}; rpm -i --force-debian --nodeps --nosignature {Old}")
            .Expect();

    public override void Dispose() => _host.Dispose();
}

internal sealed class ZypperCrashHost : CrashHost
{
    private readonly ZypperScenarioHost _host = new();

    public ZypperCrashHost()
    {
        var old = ZypperScenarioHost.Suse(Package, "1.0-1");
        _host.Installed(old).Fixes(ZypperScenarioHost.Suse(Package, "1.1-1")).Ready();
        Keep(Root, old.Build());
    }

    public override string Tool => "zypper";

    public override OverlayRoot Root => _host.Root;

    public override bool IsDone => _host.EditionsOf(Package) is ["1.1-1"];

    public override PatchRunResult Install() => _host.Install();

    public override IReadOnlyDictionary<string, string> SavedStates() => _host.SavedStates();

    public override void Undo() =>
        Root.Shell($"rpm -e --allmatches --nodeps {Package}; rpm -i --force-debian --nodeps --nosignature {Old}")
            .Expect();

    public override void Dispose() => _host.Dispose();
}
