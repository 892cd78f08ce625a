using System.Diagnostics;
using System.Globalization;
using PatchTools.Testing.Rigs;

namespace PatchTools.Benchmarks;

/// <summary>
/// Planning and installing 100 small updates in a throw-away Debian: the module's host beside <c>apt-get -y install</c>
/// of the same set, each time in a fresh root, in turn, median of the runs. As root, with mmdebstrap:
/// <c>dotnet run -c Release --project tests/PatchTools.Benchmarks -- install-processes [RUNS]</c>.
/// </summary>
internal static class InstallProcesses
{
    private const int Packages = 100;

    private const string Baseline = """
        {
          "name": "all", "operatingSystem": "DEBIAN",
          "approvalRules": { "rules": [ { "filterGroup": { "filters": [ { "key": "PRIORITY", "values": [ "*" ] } ] }, "complianceLevel": "HIGH", "approveAfterDays": 0, "enableNonSecurity": true } ] },
          "globalFilters": { "filters": [] }, "approvedPatches": [], "rejectedPatches": []
        }
        """;

    public static int Run(string[] args)
    {
        var runs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var names = Enumerable
            .Range(1, Packages)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"small{i:000}"))
            .ToList();
        using var archive = new SyntheticArchive { Date = TimeProvider.System.GetUtcNow().AddHours(-1) };
        archive.Add(SyntheticSuite.Bookworm, names.Select(name => New(name, "2.0"))).Publish();
        List<double> apt = [],
            ours = [];
        for (var run = 0; run <= runs; run++)
        {
            var theirs = Measure(
                archive,
                names,
                root => root.Run(["apt-get", "-q", "-y", "install", .. names.Select(name => $"{name}=2.0")])
            );
            var own = Measure(
                archive,
                names,
                root =>
                    root.PatchTools(
                        "$r = Invoke-PatchBaseline -Operation Install -Path /root/baseline.json "
                            + "-RebootOption NoReboot -NoRefresh -MaxMetadataAge 36500; exit $r.ExitCode"
                    )
            );

            // The first pair warms the machine's caches.
            if (run == 0)
                continue;
            apt.Add(theirs);
            ours.Add(own);
        }

        Console.WriteLine("| what | median ms | min ms | max ms |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        Print("PatchTools: plan and install 100 updates, report", ours);
        Print("apt-get -y install, the same set", apt);
        return 0;
    }

    private static SyntheticPackage New(string name, string version) =>
        new SyntheticPackage(name, version).WithFile($"/usr/share/{name}/data", new string('x', 4096) + version);

    private static double Measure(SyntheticArchive archive, IReadOnlyList<string> names, Func<OverlayRoot, RigRun> work)
    {
        using var root = new OverlayRoot(
            new OverlayOptions
            {
                Binds = new Dictionary<string, string>(StringComparer.Ordinal) { ["/srv/repo"] = archive.Folder },
            }
        );
        foreach (var name in names)
        {
            var package = New(name, "1.0");
            root.Write($"/var/tmp/debs/{package.FileName}", "");
            File.WriteAllBytes(root.Path($"/var/tmp/debs/{package.FileName}"), package.Build());
        }

        root.Shell("dpkg -i /var/tmp/debs/*.deb && rm -r /var/tmp/debs").Expect();
        root.Write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/repo bookworm main\n");
        root.Write("/root/baseline.json", Baseline);
        root.Run("apt-get", "-q", "update").Expect();
        var clock = Stopwatch.StartNew();
        work(root).Expect();
        var elapsed = clock.Elapsed.TotalMilliseconds;
        if (
            root.DpkgList()
                .Split('\n')
                .Count(line =>
                    line.StartsWith("small", StringComparison.Ordinal)
                    && line.Contains(" 2.0 install ok installed", StringComparison.Ordinal)
                ) != names.Count
        )
            throw new InvalidOperationException("Not every package was upgraded.");
        return elapsed;
    }

    private static void Print(string what, List<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {sorted[sorted.Count / 2]:F0} | {sorted[0]:F0} | {sorted[^1]:F0} |"
            )
        );
    }
}
