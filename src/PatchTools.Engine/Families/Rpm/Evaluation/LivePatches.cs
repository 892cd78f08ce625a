using PatchTools.Evaluation;
using PatchTools.Model;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>
/// Kernel live patching of Amazon Linux 2 (reference 15, reference 20 §12): a host that cannot boot into a newer kernel
/// complies when the live patches of the kernel it runs fix every CVE that the newer one fixes. Pure; the advisories of
/// the repositories say which CVEs, no command is run.
/// </summary>
internal sealed class LivePatches
{
    /// <summary>The first kernel that Amazon makes live patches for.</summary>
    private const string FirstKernel = "4.14.165-131.185.amzn2";

    /// <summary>Months after its build in which a kernel gets live patches.</summary>
    private const int MonthsServed = 3;

    private const string Kernel = "kernel";

    private readonly EvaluationRequest _request;
    private readonly string _running;
    private readonly List<string> _warnings = [];

    private LivePatches(EvaluationRequest request, string running)
    {
        _request = request;
        _running = running;
        Result = new LivePatching { IsEnabled = request.Inventory.Facts.AppliesLivePatches };
        Package = string.Concat(LivePatching.Prefix, running.AsSpan(0, running.LastIndexOf('.')));
    }

    /// <summary>Name of the live patches of the running kernel: <c>kernel-livepatch-4.14.165-131.185</c>.</summary>
    public string Package { get; }

    /// <summary>What they mean for the report; whole after <see cref="Settle"/>.</summary>
    public LivePatching Result { get; private set; }

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Null: another system, no live patch is installed, or the running kernel is unknown.</summary>
    public static LivePatches? Of(EvaluationRequest request)
    {
        var inventory = request.Inventory;
        if (
            !LivePatching.IsKnownTo(inventory)
            || !inventory.Installed.Any(p => p.Name.StartsWith(LivePatching.Prefix, StringComparison.Ordinal))
        )
            return null;

        // 4.14.165-131.185.amzn2.x86_64
        var release = inventory.Facts.RunningKernel;
        var edition = release.LastIndexOf('.') is var dot and > 0 ? release[..dot] : "";
        return edition.Contains('-', StringComparison.Ordinal) && edition.EndsWith(".amzn2", StringComparison.Ordinal)
            ? new LivePatches(request, edition)
            : null;
    }

    /// <summary>
    /// They can only be installed into the kernel that they are made for, so nothing is reported of them.
    /// </summary>
    public bool IsOfAnotherKernel(string name) =>
        name.StartsWith(LivePatching.Prefix, StringComparison.Ordinal) && name != Package;

    /// <summary>The findings with the kernel as the live patches leave it.</summary>
    public IEnumerable<PatchFinding> Settle(IReadOnlyList<PatchFinding> findings)
    {
        if (!Result.IsEnabled)
        {
            _warnings.Add(
                "live patches of the kernel are installed, but kpatch.service is not enabled: they count for nothing"
            );
            return findings;
        }

        var patches = findings.FirstOrDefault(f => f.PackageName == Package && IsInstalled(f));
        var kernel = findings.FirstOrDefault(f =>
            f.PackageName == Kernel && f.Architecture == _request.Inventory.Packages.NativeArchitecture
        );
        if (patches is null || kernel is null || !(IsInstalled(kernel) || kernel.State == PatchState.Missing))
            return findings;
        var candidate = kernel.State == PatchState.Missing ? kernel.AvailableVersion : kernel.InstalledVersion;
        if (Compare(candidate, _running) <= 0 || !IsServed())
            return findings;
        var fixedByKernel = Fixes(
            Kernel,
            kernel.Architecture,
            edition => Compare(edition, _running) > 0 && Compare(edition, candidate) <= 0
        );
        var fixedLive = Fixes(Package, kernel.Architecture, edition => Compare(edition, patches.InstalledVersion) <= 0);
        var open = fixedByKernel.Except(fixedLive).Order(StringComparer.Ordinal).ToList();

        // A kernel without a known CVE is wanted for something that no live patch says it does.
        if (fixedByKernel.Count == 0 || open.Count > 0)
            return open.Count == 0
                ? findings
                : findings.Select(f =>
                    f == kernel ? Noted(f, $"live patches of {_running} leave open: {string.Join(", ", open)}") : f
                );
        var summary = FormattableString.Invariant($"live patches of {_running} fix its {fixedByKernel.Count} CVEs");
        if (kernel.State != PatchState.Missing)
        {
            Result = Result with { CoveredKernel = kernel };
            return findings.Select(f => f == kernel ? Noted(f, summary) : f);
        }

        return findings.Select(f => f == kernel ? Fixed(f, summary) : f);
    }

    /// <summary>The kernel that is missing but for its live patches.</summary>
    private static PatchFinding Fixed(PatchFinding kernel, string summary) =>
        kernel with
        {
            State = PatchState.Installed,
            AvailableVersion = "",
            InstalledTime = null,
            Explanation = kernel.Explanation with
            {
                Summary = summary,
                Observations =
                [
                    .. kernel.Explanation.Observations,
                    $"Missing but for that: {kernel.Explanation.Summary}",
                ],
            },
        };

    private static PatchFinding Noted(PatchFinding finding, string line) =>
        finding with
        {
            Explanation = finding.Explanation with { Observations = [.. finding.Explanation.Observations, line] },
        };

    private static bool IsInstalled(PatchFinding finding) =>
        finding.State is PatchState.Installed or PatchState.InstalledOther or PatchState.InstalledRejected;

    private bool IsServed()
    {
        if (Compare(_running, FirstKernel) < 0)
        {
            _warnings.Add($"kernel {_running} is older than {FirstKernel}, the first that live patches are made for");
            return false;
        }

        if (_request.Inventory.Facts.RunningKernelBuilt is not { } built)
        {
            _warnings.Add($"when kernel {_running} was built is unknown, so its live patches count for nothing");
            return false;
        }

        var end = built.AddMonths(MonthsServed);
        if (DateOnly.FromDateTime(_request.Now.UtcDateTime) <= end)
            return true;
        _warnings.Add(
            FormattableString.Invariant(
                $"kernel {_running} gets no live patches since {end:yyyy-MM-dd}, three months after it was built"
            )
        );
        return false;
    }

    /// <summary>CVEs of the advisories on the versions of a package.</summary>
    private HashSet<string> Fixes(string name, string architecture, Func<string, bool> includes)
    {
        HashSet<string> fixes = new(StringComparer.Ordinal);
        foreach (var package in _request.Inventory.Packages)
        {
            if (package.Name != name || package.Architecture != architecture)
                continue;
            foreach (var version in package.Versions)
            {
                if (includes(version.Edition))
                    fixes.UnionWith(version.Advisories.SelectMany(a => a.CveIds));
            }
        }

        return fixes;
    }

    private static int Compare(string x, string y) => RpmVersion.Order.Compare(x, y);
}
