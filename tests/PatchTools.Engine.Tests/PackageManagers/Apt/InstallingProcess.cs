using System.Text.Json;
using PatchTools.Adapters.Compression;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Versions;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>What an installing process is told.</summary>
internal sealed record InstallOrder
{
    /// <summary>
    /// Names or <c>name=version</c>; a bare name stands for the newest version offered. Empty: everything that can be
    /// upgraded.
    /// </summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    public IReadOnlyList<string> Refused { get; init; } = [];

    public string? CustomSources { get; init; }

    public double LockTimeoutSeconds { get; init; } = 30;

    public double? BudgetSeconds { get; init; }
}

/// <summary>What it reports.</summary>
internal sealed record InstallReport
{
    public InstallPlan? Plan { get; init; }

    public InstallOutcome? Outcome { get; init; }

    public IReadOnlyDictionary<string, string> Installed { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Progress { get; init; } = [];

    public IReadOnlyList<string> Commands { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Id of the error that ended it.</summary>
    public string? ErrorId { get; init; }

    public string? Error { get; init; }
}

/// <summary>
/// An install of the running system, to be started inside a throw-away root: this test assembly, told so by its
/// environment.
/// </summary>
internal static class InstallingProcess
{
    public const string Variable = "PATCHTOOLS_TEST_INSTALL";

    public static async Task<int> RunAsync(string order)
    {
        await Console.Out.WriteLineAsync(
            JsonSerializer.Serialize(await InstallAsync(JsonSerializer.Deserialize<InstallOrder>(order)!))
        );
        return 0;
    }

    private static async Task<InstallReport> InstallAsync(InstallOrder order)
    {
        var observer = new RecordingObserver();
        var host = new HostContext
        {
            Paths = new HostPaths(),
            IsRoot = true,
            Environment = new Dictionary<string, string>(),
        };
        var runner = new MadeUpAptRoot.CountingRunner();
        var manager = new AptPackageManager(new HostSession(host, runner, new Decompressor()));
        InstallPlan? plan = null;
        InstallOutcome? outcome = null;
        PatchTools.Errors.PatchToolsException? error = null;
        try
        {
            var inventory = await manager.GetInventoryAsync(
                new InventoryRequest
                {
                    Refresh = true,
                    CustomSources = order.CustomSources,
                    RestoresSources = true,
                    LockTimeout = TimeSpan.FromSeconds(order.LockTimeoutSeconds),
                },
                observer,
                CancellationToken.None
            );
            var wanted = order.Targets.Count > 0 ? order.Targets : [.. inventory.Installed.Select(p => p.Name)];
            var request = new InstallRequest
            {
                Inventory = inventory,
                Targets = [.. wanted.Select(t => Target(inventory, t)).OfType<PatchTarget>()],
                Dependencies = new MadeUpAptRoot.Refusing([.. order.Refused]),
                CustomSources = order.CustomSources,
                LockTimeout = TimeSpan.FromSeconds(order.LockTimeoutSeconds),
                Deadline = order.BudgetSeconds is { } seconds ? host.Clock.GetUtcNow().AddSeconds(seconds) : null,
            };
            plan = await manager.PlanAsync(request, observer, CancellationToken.None);
            outcome = await manager.InstallAsync(plan, request, observer, CancellationToken.None);
        }
        catch (PatchTools.Errors.PatchToolsException e)
        {
            error = e;
        }

        // Without root nothing is waited for: a test may still hold the lock.
        var reader = new AptPackageManager(new HostSession(host with { IsRoot = false }, runner, new Decompressor()));
        var after = await reader.GetInventoryAsync(new InventoryRequest(), observer, CancellationToken.None);
        return new InstallReport
        {
            Plan = plan,
            Outcome = outcome,
            Installed = after
                .Installed.DistinctBy(p => p.Name)
                .ToDictionary(p => p.Name, p => p.IsBroken ? $"{p.Edition} {p.Status.Split(' ')[^1]}" : p.Edition),
            Progress = [.. observer.ProgressReports.Select(p => $"{p.Percent} {p.Phase} {p.Status}")],
            Commands = [.. runner.Commands.Select(c => c.ToString())],
            Warnings = observer.Warnings,
            ErrorId = error?.ErrorId,
            Error = error?.Message,
        };
    }

    private static PatchTarget? Target(HostInventory inventory, string text)
    {
        var parts = text.Split('=', 2);
        var package = inventory.Packages.Single(p =>
            p.Name == parts[0] && p.Architecture == inventory.Packages.NativeArchitecture
        );
        var edition =
            parts.Length > 1 ? parts[1] : package.Versions.Select(v => v.Edition).Order(DebianVersion.Order).Last();
        var installed = package.Installed?.Edition ?? "";
        return installed == edition
            ? null
            : new PatchTarget
            {
                Name = parts[0],
                Architecture = package.Architecture,
                Edition = edition,
                InstalledEdition = installed,
                Id = $"{parts[0]}.{package.Architecture}",
            };
    }
}
