using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PatchTools.Benchmarks;

/// <summary>
/// Whole processes on a real-size Debian host, cold: the module's host beside apt's and dpkg's own tools, every tool in
/// turn, median of the runs. <c>dotnet run -c Release --project tests/PatchTools.Benchmarks -- processes HOST [ROOT]
/// [RUNS]</c>; <c>… -- rpm-processes HOST [RUNS]</c> beside dnf on a synthetic Red Hat host (needs dnf and rpmbuild);
/// <c>… -- zypper-processes HOST [RUNS]</c> beside zypper on a synthetic SUSE host (needs zypper and rpmbuild).
/// </summary>
internal static class WholeProcesses
{
    public static int Run(string[] args)
    {
        var host = args[0];
        var root = args.Length > 1 ? args[1] : "/";
        var runs = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
        using var work = new WorkFolder();
        var plain = ListRoots.Copy(root, Path.Combine(work.Path, "plain"), ListRoots.Form.Plain, 1);
        var lz4 = ListRoots.Copy(root, Path.Combine(work.Path, "lz4"), ListRoots.Form.Lz4, 1);
        var tenfold = ListRoots.Copy(root, Path.Combine(work.Path, "tenfold"), ListRoots.Form.Plain, 10);
        List<Contender> contenders =
        [
            .. Of("plain lists", plain),
            .. Of("lz4 lists", lz4),
            .. Of("plain lists, 10 times the packages", tenfold),
            new("host alone: -Command 1", host, ["-Command", "1"]),
            new("dpkg-query -W", "dpkg-query", [$"--admindir={plain}/var/lib/dpkg", "-W"]),
        ];
        return Compare(contenders, runs);

        IEnumerable<Contender> Of(string what, string folder) =>
            [
                new(
                    $"PatchTools scan, {what}",
                    host,
                    [
                        "-Command",
                        $"Get-PatchSnapshot -Default | Test-PatchCompliance -Inventory (Get-PatchInventory "
                            + $"-Root '{folder}') -Quiet",
                    ]
                ),
                new($"apt list --upgradable, {what}", "apt-get", [])
                {
                    FileName = "apt",
                    Arguments =
                    [
                        "-o",
                        $"Dir={folder}",
                        "-o",
                        $"Dir::State::status={folder}/var/lib/dpkg/status",
                        "-o",
                        "Dir::Cache::pkgcache=",
                        "-o",
                        "Dir::Cache::srcpkgcache=",
                        "list",
                        "--upgradable",
                    ],
                },
                new(
                    $"wc -l, {what}",
                    "wc",
                    ["-l", .. Directory.GetFiles(Path.Combine(folder, "var/lib/apt/lists"), "*Packages*")]
                ),
            ];
    }

    public static int RunRpm(string[] args)
    {
        var host = args[0];
        var runs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        using var work = new WorkFolder();
        var installed = RpmRoots.BuildInstalled(Path.Combine(work.Path, "installed"));

        // The default baseline is that of the machine the benchmark runs on.
        var baseline = Path.Combine(work.Path, "baseline.json");
        File.WriteAllText(
            baseline,
            """
            {
              "name": "rig", "operatingSystem": "REDHAT_ENTERPRISE_LINUX",
              "approvalRules": { "rules": [ { "filterGroup": { "filters": [ { "key": "CLASSIFICATION", "values": [ "Security", "Bugfix" ] } ] }, "approveAfterDays": 7 } ] },
              "globalFilters": { "filters": [] }, "approvedPatches": [], "rejectedPatches": []
            }
            """
        );
        List<Contender> contenders = [new("host alone: -Command 1", host, ["-Command", "1"])];
        foreach (var times in new[] { 1, 10 })
        {
            var root = RpmRoots.Make(
                Path.Combine(work.Path, string.Create(CultureInfo.InvariantCulture, $"times{times}")),
                installed,
                times
            );
            var what = string.Create(CultureInfo.InvariantCulture, $"{times}×");
            contenders.AddRange([
                new(
                    $"PatchTools scan, {what}",
                    host,
                    [
                        "-Command",
                        $"Get-PatchSnapshot -Path '{baseline}' | Test-PatchCompliance -Inventory "
                            + $"(Get-PatchInventory -Root '{root}') -Quiet",
                    ]
                ),
                new(
                    $"dnf updateinfo list, warm cache, {what}",
                    "dnf",
                    ["--installroot", root, "--releasever=9", "-C", "-q", "updateinfo", "list"]
                ),
                new(
                    $"dnf updateinfo list, metadata again, {what}",
                    "dnf",
                    ["--installroot", root, "--releasever=9", "--refresh", "-q", "updateinfo", "list"]
                )
                {
                    Before = () => RemoveSolvFiles(root),
                },
                new($"rpm -qa, {what}", "rpm", ["--dbpath", Path.Combine(root, "var/lib/rpm"), "-qa"]),
                new($"zcat | wc -l, {what}", "sh", ["-c", $"zcat {root}/var/cache/dnf/*/repodata/*.gz | wc -l"]),
            ]);
        }

        return Compare(contenders, runs);
    }

    public static int RunZypper(string[] args)
    {
        var host = args[0];
        var runs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        using var work = new WorkFolder();
        var installed = RpmRoots.BuildInstalled(Path.Combine(work.Path, "installed"));
        var baseline = Path.Combine(work.Path, "baseline.json");
        File.WriteAllText(
            baseline,
            """
            {
              "name": "rig", "operatingSystem": "SUSE",
              "approvalRules": { "rules": [ { "filterGroup": { "filters": [ { "key": "CLASSIFICATION", "values": [ "Security", "Bugfix" ] } ] }, "approveAfterDays": 7 } ] },
              "globalFilters": { "filters": [] }, "approvedPatches": [], "rejectedPatches": []
            }
            """
        );
        List<Contender> contenders = [new("host alone: -Command 1", host, ["-Command", "1"])];
        foreach (var times in new[] { 1, 10 })
        {
            var root = RpmRoots.MakeSuse(
                Path.Combine(work.Path, string.Create(CultureInfo.InvariantCulture, $"times{times}")),
                installed,
                times
            );
            var what = string.Create(CultureInfo.InvariantCulture, $"{times}×");
            contenders.AddRange([
                new(
                    $"PatchTools scan, {what}",
                    host,
                    [
                        "-Command",
                        $"Get-PatchSnapshot -Path '{baseline}' | Test-PatchCompliance -Inventory "
                            + $"(Get-PatchInventory -Root '{root}') -Quiet",
                    ]
                ),
                new(
                    $"zypper list-patches, warm cache, {what}",
                    "zypper",
                    ["--root", root, "--non-interactive", "--no-refresh", "--xmlout", "list-patches", "--all"]
                ),
                new(
                    $"zypper list-patches, metadata again, {what}",
                    "zypper",
                    ["--root", root, "--non-interactive", "--no-refresh", "--xmlout", "list-patches", "--all"]
                )
                {
                    Before = () => Directory.Delete(Path.Combine(root, "var/cache/zypp/solv"), recursive: true),
                },
                new(
                    $"zypper list-updates, warm cache, {what}",
                    "zypper",
                    ["--root", root, "--non-interactive", "--no-refresh", "--xmlout", "list-updates"]
                ),
                new($"rpm -qa, {what}", "rpm", ["--dbpath", Path.Combine(root, "var/lib/rpm"), "-qa"]),
                new($"zcat | wc -l, {what}", "sh", ["-c", $"zcat {root}/var/cache/zypp/raw/*/repodata/*.gz | wc -l"]),
            ]);
        }

        return Compare(contenders, runs);
    }

    /// <summary>dnf's digested copies of the metadata: without them it reads the lists themselves.</summary>
    private static void RemoveSolvFiles(string root)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(root, "var/cache/dnf"), "*.solv*"))
            File.Delete(file);
    }

    private static int Compare(IReadOnlyList<Contender> contenders, int runs)
    {
        var times = contenders.ToDictionary(c => c, _ => new List<(double Milliseconds, long PeakKilobytes)>());
        foreach (var contender in contenders)
            Measure(contender);
        for (var run = 0; run < runs; run++)
        {
            foreach (var contender in contenders)
                times[contender].Add(Measure(contender));
        }

        Console.WriteLine("| what | median ms | min ms | max ms | peak MiB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var (contender, values) in times)
        {
            var sorted = values.Select(v => v.Milliseconds).Order().ToList();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {contender.Name} | {sorted[sorted.Count / 2]:F0} | {sorted[0]:F0} | {sorted[^1]:F0} | "
                        + $"{values.Max(v => v.PeakKilobytes) / 1024.0:F0} |"
                )
            );
        }

        return 0;
    }

    /// <summary>Wall time of one process; peak memory through GNU time where it is installed.</summary>
    private static (double Milliseconds, long PeakKilobytes) Measure(Contender contender)
    {
        contender.Before?.Invoke();
        const string gnuTime = "/usr/bin/time";
        var hasTime = File.Exists(gnuTime);
        var start = new ProcessStartInfo(hasTime ? gnuTime : contender.FileName)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var argument in hasTime ? ["-f", "%M", contender.FileName, .. contender.Arguments] : contender.Arguments
        )
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, line) => error.AppendLine(line.Data);
        process.BeginErrorReadLine();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var elapsed = clock.Elapsed.TotalMilliseconds;
        var lastLine = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()?.Trim();
        return (
            elapsed,
            hasTime && long.TryParse(lastLine, NumberStyles.None, CultureInfo.InvariantCulture, out var peak) ? peak : 0
        );
    }

    private sealed record Contender(string Name, string FileName, IReadOnlyList<string> Arguments)
    {
        /// <summary>Done before each run, untimed.</summary>
        public Action? Before { get; init; }
    }
}
