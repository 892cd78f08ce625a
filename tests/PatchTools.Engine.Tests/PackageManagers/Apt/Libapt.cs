using System.Diagnostics;
using PatchTools.Families.Apt.Evaluation;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>What libapt itself says of installed packages, asked through python3-apt.</summary>
internal static class Libapt
{
    /// <summary>Debian's own Python: another one on the PATH does not see its modules.</summary>
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import apt_pkg
        apt_pkg.init()
        cache = apt_pkg.Cache(None)
        policy = apt_pkg.Policy(cache)
        policy.read_pinfile(apt_pkg.config.find_file("Dir::Etc::preferences"))
        policy.read_pindir(apt_pkg.config.find_dir("Dir::Etc::preferencesparts"))
        policy.init_defaults()
        sources = apt_pkg.SourceList()
        sources.read_main_list()

        def is_security(version):
            for place, _ in version.file_list:
                index = sources.find_index(place)
                if index is None or not index.is_trusted:
                    continue
                if ("security" in place.archive or "security.debian.org" in place.site
                        or place.label == "Debian-Security" or place.codename.endswith("-security")):
                    return True
            return False

        for package in cache.packages:
            installed = package.current_ver
            if installed is None:
                continue
            candidate = policy.get_candidate_ver(package)
            security = {version.ver_str for version in package.version_list
                        if apt_pkg.version_compare(version.ver_str, installed.ver_str) >= 0 and is_security(version)}
            print(package.name + ":" + package.architecture, installed.ver_str,
                  candidate.ver_str if candidate else "", installed.priority_str or "", installed.section or "",
                  ",".join(sorted(security)), sep="\t")
        """;

    /// <summary>One line for each installed package, in ordinal order; see <see cref="Line"/>.</summary>
    /// <param name="configuration">A file for <c>APT_CONFIG</c>; null for this machine's own state.</param>
    public static IReadOnlyList<string> Installed(string? configuration = null)
    {
        if (!File.Exists(Python) || Run("import apt_pkg", configuration).ExitCode != 0)
            Rig.Lacks("python3-apt");
        var (exitCode, output, error) = Run(Script, configuration);
        Assert.True(exitCode == 0, error);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    /// <summary>The same of an inventory.</summary>
    public static IReadOnlyList<string> Installed(HostInventory inventory) =>
        [.. inventory.Packages.Where(p => p.IsInstalled).Select(Line).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Package, installed version, candidate, priority, section and the security updates not older than the installed
    /// version.
    /// </summary>
    private static string Line(PackageEntry package)
    {
        var installed = package.Installed!;
        var version = package.Versions.Single(v => v.IsInstalled);
        var security = package
            .Versions.Where(v =>
                DebianVersion.Order.Compare(v.Edition, installed.Edition) >= 0 && v.Origins.Any(AptSecurity.IsSecurity)
            )
            .Select(v => v.Edition)
            .Distinct()
            .Order(StringComparer.Ordinal);
        return string.Join(
            '\t',
            $"{package.Name}:{package.Architecture}",
            installed.Edition,
            installed.CandidateEdition ?? "",
            version.Priority,
            version.Section,
            string.Join(',', security)
        );
    }

    private static (int ExitCode, string Output, string Error) Run(string script, string? configuration)
    {
        var start = new ProcessStartInfo(Python) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.Environment["LC_ALL"] = "C.UTF-8";
        if (configuration is not null)
            start.Environment["APT_CONFIG"] = configuration;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
