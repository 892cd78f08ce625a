using System.Globalization;
using System.Text;
using PatchTools.Testing.Rigs;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>One version of an rpm that exists in tests only.</summary>
/// <param name="Name">Package name.</param>
/// <param name="Edition"><c>[epoch:]version-release</c>.</param>
internal sealed record RigRpm(string Name, string Edition)
{
    public string Architecture { get; init; } = "x86_64";

    public string Vendor { get; init; } = "SUSE LLC <https://www.suse.com/>";

    /// <summary>Further lines of its head in the spec file: <c>Requires: x</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Scriptlets by kind: <c>pre</c>, <c>post</c>, <c>preun</c>, <c>postun</c>.</summary>
    public IReadOnlyDictionary<string, string> Scripts { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Which repository offers it; empty for none.</summary>
    public string Repository { get; init; } = "";

    /// <summary>Whether the rig's host has it.</summary>
    public bool IsInstalled { get; init; }

    public (string Epoch, string Version, string Release) Parts
    {
        get
        {
            var colon = Edition.IndexOf(':', StringComparison.Ordinal);
            var rest = Edition[(colon + 1)..].Split('-');
            return (colon < 0 ? "" : Edition[..colon], rest[0], rest[1]);
        }
    }

    public string FileName =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}-{Parts.Version}-{Parts.Release}.{Architecture}.rpm");

    public RigRpm With(string tag) => this with { Tags = [.. Tags, tag] };

    public RigRpm WithScript(string kind, string body) =>
        this with
        {
            Scripts = new Dictionary<string, string>(Scripts, StringComparer.Ordinal) { [kind] = body },
        };
}

/// <summary>One patch of a repository's updateinfo.</summary>
/// <param name="Repository">Which publishes it.</param>
/// <param name="Id">Its name.</param>
/// <param name="Type">Category: <c>security</c>, <c>recommended</c>, <c>optional</c>.</param>
/// <param name="Severity">Empty for none.</param>
/// <param name="Packages">As <c>name edition</c>, or <c>name.architecture edition</c>.</param>
internal sealed record RigPatch(
    string Repository,
    string Id,
    string Type,
    string Severity,
    IReadOnlyList<string> Packages
)
{
    public string Date { get; init; } = "2026-01-05 00:00:00";

    public bool SuggestsReboot { get; init; }

    public bool SuggestsRestart { get; init; }
}

/// <summary>
/// Builds rpms and repositories of them with the distribution's own tools. Nothing leaves the machine and nothing of it
/// is changed.
/// </summary>
internal static class RigRpms
{
    /// <summary>Builds every package; names that come in several versions take one run of rpmbuild for each.</summary>
    /// <returns>Path of the file by package.</returns>
    public static IReadOnlyDictionary<RigRpm, string> Build(IReadOnlyList<RigRpm> packages, string folder)
    {
        Dictionary<RigRpm, string> files = [];
        var generations = packages
            .GroupBy(p => p.Name, StringComparer.Ordinal)
            .SelectMany(g => g.Select((p, i) => (Package: p, Generation: i)))
            .GroupBy(p => p.Generation, p => p.Package);
        foreach (var generation in generations)
        {
            var top = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"build{generation.Key}"));
            Directory.CreateDirectory(top);
            var file = Path.Combine(top, "rig.spec");
            File.WriteAllText(file, Spec(generation));
            Run(
                "rpmbuild",
                "-bb",
                "--quiet",
                "--nodeps",
                "--target",
                "x86_64",
                "--define",
                $"_topdir {top}",
                "--define",
                $"_rpmdir {top}/RPMS",
                "--define",
                "_buildhost rig",
                "--define",
                "use_source_date_epoch_as_buildtime 1",
                "--define",
                "_binary_payload w2.gzdio",
                "--define",
                "dist %{nil}",
                "--define",
                "__os_install_post %{nil}",
                "--define",
                "debug_package %{nil}",
                file
            );
            foreach (var package in generation)
                files[package] = Path.Combine(top, "RPMS", package.Architecture, package.FileName);
        }

        return files;
    }

    /// <summary>Metadata of the rpms in the folder, with the patches.</summary>
    public static void MakeRepository(string folder, IReadOnlyList<RigPatch> patches)
    {
        Run("createrepo_c", "-q", "--no-database", folder);
        if (patches.Count == 0)
            return;
        var file = Path.Combine(folder, "updateinfo.xml");
        File.WriteAllText(file, UpdateInfo(patches));
        Run("modifyrepo_c", "--mdtype", "updateinfo", "--compress-type", "gz", file, Path.Combine(folder, "repodata"));
        File.Delete(file);
    }

    /// <summary>A command that must succeed, with times and language that are the same everywhere.</summary>
    public static string Run(string command, params string[] arguments) =>
        RigProcess
            .Run("env", ["LC_ALL=C.UTF-8", "SOURCE_DATE_EPOCH=1767225600", command, .. arguments])
            .Expect()
            .Output;

    private static string Spec(IEnumerable<RigRpm> packages)
    {
        var spec = new StringBuilder(
            "Name: rig\nVersion: 1\nRelease: 1\nSummary: rig\nLicense: MIT\n%description\nrig\n"
        );
        foreach (var package in packages)
        {
            var (epoch, version, release) = package.Parts;
            spec.AppendLine(CultureInfo.InvariantCulture, $"%package -n {package.Name}");
            if (epoch.Length > 0)
                spec.AppendLine(CultureInfo.InvariantCulture, $"Epoch: {epoch}");
            spec.AppendLine(
                CultureInfo.InvariantCulture,
                $"Version: {version}\nRelease: {release}\nSummary: synthetic"
            );
            if (package.Vendor.Length > 0)
                spec.AppendLine(CultureInfo.InvariantCulture, $"Vendor: {package.Vendor}");
            if (package.Architecture == "noarch")
                spec.AppendLine("BuildArch: noarch");
            foreach (var tag in package.Tags)
                spec.AppendLine(tag);
            spec.AppendLine(CultureInfo.InvariantCulture, $"%description -n {package.Name}\nsynthetic");
            foreach (var (kind, body) in package.Scripts)
                spec.AppendLine(CultureInfo.InvariantCulture, $"%{kind} -n {package.Name}\n{body}");
            spec.AppendLine(CultureInfo.InvariantCulture, $"%files -n {package.Name}");
        }

        return spec.ToString();
    }

    private static string UpdateInfo(IReadOnlyList<RigPatch> patches)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n");
        foreach (var patch in patches)
        {
            xml.AppendLine(
                CultureInfo.InvariantCulture,
                $"<update from=\"maint-coord@example.org\" status=\"stable\" type=\"{patch.Type}\" "
                    + $"version=\"1\"><id>{patch.Id}</id><title>rig</title>"
            );
            if (patch.Severity.Length > 0)
                xml.AppendLine(CultureInfo.InvariantCulture, $"<severity>{patch.Severity}</severity>");
            xml.AppendLine(CultureInfo.InvariantCulture, $"<release>rig</release><issued date=\"{patch.Date}\"/>");
            xml.AppendLine(
                CultureInfo.InvariantCulture,
                $"<references><reference href=\"https://example.org/\" id=\"CVE-{patch.Id}\" type=\"cve\" title=\"c\"/><reference href=\"https://example.org/\" id=\"1{patch.Id.Length:000}\" type=\"bugzilla\" title=\"b\"/></references><description>rig</description><pkglist><collection>"
            );
            foreach (var (name, edition) in patch.Packages.Select(p => (p.Split(' ')[0], p.Split(' ')[1])))
            {
                var dot = name.LastIndexOf('.');
                var architecture = dot > 0 ? name[(dot + 1)..] : "x86_64";
                var (epoch, version, release) = new RigRpm(name, edition).Parts;
                xml.Append(
                    CultureInfo.InvariantCulture,
                    $"<package name=\"{(dot > 0 ? name[..dot] : name)}\" version=\"{version}\" "
                        + $"release=\"{release}\" epoch=\"{(epoch.Length == 0 ? "0" : epoch)}\" "
                        + $"arch=\"{architecture}\"><filename>x.rpm</filename>"
                );
                xml.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{(patch.SuggestsReboot ? "<reboot_suggested>True</reboot_suggested>" : "")}"
                        + $"{(patch.SuggestsRestart ? "<restart_suggested>1</restart_suggested>" : "")}</package>"
                );
            }

            xml.AppendLine("</collection></pkglist></update>");
        }

        return xml.Append("</updates>\n").ToString();
    }
}
