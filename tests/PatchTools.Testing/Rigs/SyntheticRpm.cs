using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

#pragma warning disable CA1416 // Rigs run on Linux only.

namespace PatchTools.Testing.Rigs;

/// <summary>One version of an rpm package that exists in tests only.</summary>
/// <param name="Name">Package name.</param>
/// <param name="Edition"><c>[epoch:]version-release</c>.</param>
public sealed record SyntheticRpm(string Name, string Edition)
{
    public string Architecture { get; init; } = "x86_64";

    /// <summary>Further lines of its spec file: <c>Requires: …</c>, <c>Obsoletes: …</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Bodies of scriptlets by section, <c>%pre</c>, <c>%post</c> … run by <c>/bin/sh</c>.</summary>
    public IReadOnlyDictionary<string, string> Scripts { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Content by absolute path, beside <see cref="OwnFile"/>, which every package has.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } =
        new Dictionary<string, byte[]>(StringComparer.Ordinal);

    public string Epoch => Edition.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? Edition[..colon] : "0";

    public string Version => Edition[(Edition.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('-')[0];

    public string Release => Edition.Split('-')[1];

    /// <summary>A file of this version alone, as install-only packages have them.</summary>
    public string OwnFile => $"/usr/share/synthetic/{Name}-{Version}-{Release}";

    public string FileName => $"{Name}-{Version}-{Release}.{Architecture}.rpm";

    public SyntheticRpm With(string tag, string value) => this with { Tags = [.. Tags, $"{tag}: {value}"] };

    public SyntheticRpm WithScript(string section, string body) =>
        this with
        {
            Scripts = new Dictionary<string, string>(Scripts, StringComparer.Ordinal) { [section] = body },
        };

    public SyntheticRpm WithFile(string path, byte[] content) =>
        this with
        {
            Files = new Dictionary<string, byte[]>(Files, StringComparer.Ordinal) { [path] = content },
        };

    internal string SpecFile
    {
        get
        {
            var text = new StringBuilder();
            text.Append(
                CultureInfo.InvariantCulture,
                $"Name: {Name}\n{(Epoch == "0" ? "" : $"Epoch: {Epoch}\n")}Version: {Version}\nRelease: "
                    + $"{Release}\nSummary: synthetic\nLicense: MIT\n"
            );
            if (Architecture == "noarch")
                text.Append("BuildArch: noarch\n");
            foreach (var tag in Tags)
                text.Append(CultureInfo.InvariantCulture, $"{tag}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"%description\nsynthetic\n%install\nmkdir -p %{{buildroot}}/usr/share/synthetic\necho "
                    + $"'{Edition}' > %{{buildroot}}{OwnFile}\n[ ! -d %{{_topdir}}/files ] || cp -a "
                    + $"%{{_topdir}}/files/. %{{buildroot}}/\n"
            );
            foreach (var (section, body) in Scripts)
                text.Append(CultureInfo.InvariantCulture, $"{section}\n{body}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"%files\n{OwnFile}\n{string.Concat(Files.Keys.Select(f => f + "\n"))}"
            );
            return text.ToString();
        }
    }
}

/// <summary>Builds packages with the machine's rpmbuild, each once for all tests of a process.</summary>
public static class SyntheticRpms
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Built = new(StringComparer.Ordinal);

    public static byte[] Build(this SyntheticRpm package)
    {
        Rig.NeedsCommands("rpm", "rpmbuild", "createrepo_c", "modifyrepo_c");
        var key =
            package.SpecFile
            + string.Concat(package.Files.Select(f => $"{f.Key} {SyntheticPackage.Sha256(f.Value)}\n"));
        return Built.GetOrAdd(key, _ => new Lazy<byte[]>(() => BuildAnew(package))).Value;
    }

    private static byte[] BuildAnew(SyntheticRpm package)
    {
        using var folder = new TemporaryDirectory();
        foreach (var (path, content) in package.Files)
        {
            File.WriteAllBytes(folder.File("files" + path), content);
            if (path.Contains("/bin/", StringComparison.Ordinal))
                File.SetUnixFileMode(folder.File("files" + path), (UnixFileMode)Convert.ToInt32("755", 8));
        }

        File.WriteAllText(folder.File("package.spec"), package.SpecFile);
        RigProcess
            .Run(
                "rpmbuild",
                "-bb",
                "--quiet",
                "--nodeps",
                "--target",
                "x86_64",
                "--define",
                $"_topdir {folder.Path}",
                "--define",
                $"_rpmdir {folder.Path}/out",
                "--define",
                "_buildhost rig",
                "--define",
                "_rpmfilename package.rpm",
                "--define",
                "_binary_payload w2.gzdio",
                "--define",
                "dist %{nil}",
                "--define",
                "__os_install_post %{nil}",
                "--define",
                "debug_package %{nil}",
                "--define",
                "_build_id_links none",
                "--define",
                "_use_internal_dependency_generator 0",
                "--define",
                "__find_requires %{nil}",
                "--define",
                "__find_provides %{nil}",
                folder.File("package.spec")
            )
            .Expect();
        return File.ReadAllBytes(Path.Combine(folder.Path, "out", "package.rpm"));
    }
}

/// <summary>What an advisory says of the packages of one repository.</summary>
public sealed record SyntheticAdvisory(string Id, params IReadOnlyList<SyntheticRpm> Packages)
{
    public string Type { get; init; } = "security";

    public string Severity { get; init; } = "Important";

    /// <summary><c>retracted</c> for one that was taken back.</summary>
    public string Status { get; init; } = "final";

    /// <summary><c>name:stream</c> of the collection's module; null for none.</summary>
    public string? Module { get; init; }

    /// <summary>What it brings takes effect with a reboot.</summary>
    public bool SuggestsReboot { get; init; }

    /// <summary>It changes the package manager itself.</summary>
    public bool SuggestsRestart { get; init; }
}

/// <summary>Repositories of synthetic rpms in a folder, one below it for each.</summary>
public sealed class SyntheticRpmArchive : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, List<SyntheticRpm>> _packages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SyntheticAdvisory>> _advisories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _modules = new(StringComparer.Ordinal);

    /// <summary>To be served or bound.</summary>
    public string Folder => _folder.Path;

    /// <summary>Signs packages as they are published; null for none.</summary>
    public RpmSigningKey? Key { get; init; }

    public IEnumerable<string> Repositories => _packages.Keys;

    public SyntheticRpmArchive Add(string repository, params IEnumerable<SyntheticRpm> packages)
    {
        if (!_packages.TryGetValue(repository, out var list))
            _packages[repository] = list = [];
        list.AddRange(packages);
        return this;
    }

    public SyntheticRpmArchive Add(string repository, SyntheticAdvisory advisory)
    {
        if (!_advisories.TryGetValue(repository, out var list))
            _advisories[repository] = list = [];
        list.Add(advisory);
        return this;
    }

    /// <summary>Module documents (modulemd) of a repository.</summary>
    public SyntheticRpmArchive AddModules(string repository, string yaml)
    {
        _modules[repository] = yaml;
        return this;
    }

    public string FileOf(string repository, SyntheticRpm package) =>
        Path.Combine(_folder.Path, repository, package.FileName);

    /// <summary>Writes everything added so far; may be called again after more was added.</summary>
    public SyntheticRpmArchive Publish()
    {
        foreach (var (repository, packages) in _packages)
        {
            var folder = Path.Combine(_folder.Path, repository);
            Directory.CreateDirectory(folder);
            foreach (var package in packages)
            {
                File.WriteAllBytes(FileOf(repository, package), package.Build());
                Key?.Sign(FileOf(repository, package));
            }

            Index(repository);
        }

        return this;
    }

    /// <summary>Makes the metadata of one repository again from the files that lie there.</summary>
    public void Index(string repository)
    {
        var folder = Path.Combine(_folder.Path, repository);
        RigProcess.Run("createrepo_c", "-q", "--no-database", folder).Expect();
        if (_advisories.TryGetValue(repository, out var advisories))
            Attach(folder, "updateinfo", $"{repository}-updateinfo.xml", UpdateInfo(advisories));
        if (_modules.TryGetValue(repository, out var modules))
            Attach(folder, "modules", $"{repository}-modules.yaml", modules);
    }

    public void Dispose() => _folder.Dispose();

    private void Attach(string folder, string type, string name, string content)
    {
        using var temporary = new TemporaryDirectory();
        File.WriteAllText(temporary.File(name), content);
        RigProcess
            .Run(
                "modifyrepo_c",
                "--mdtype",
                type,
                "--compress-type",
                "gz",
                temporary.File(name),
                Path.Combine(folder, "repodata")
            )
            .Expect();
    }

    private static string UpdateInfo(IReadOnlyList<SyntheticAdvisory> advisories)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n");
        foreach (var advisory in advisories)
        {
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<update from=\"archive@example.org\" status=\"{advisory.Status}\" type=\"{advisory.Type}\" "
                    + $"version=\"1\"><id>{advisory.Id}</id><title>synthetic</title><issued date=\"2026-01-05 "
                    + $"00:00:00\"/><updated date=\"2026-01-05 00:00:00\"/><severity>{advisory.Severity}</severity>"
            );
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<references><reference href=\"https://example.org/\" id=\"CVE-{advisory.Id}\" type=\"cve\" title=\"c\"/></references><pkglist><collection short=\"synthetic\"><name>synthetic</name>"
            );
            if (advisory.Module?.Split(':') is [var module, var stream])
                xml.Append(
                    CultureInfo.InvariantCulture,
                    $"<module name=\"{module}\" stream=\"{stream}\" version=\"1\" context=\"0000000{stream}\" "
                        + $"arch=\"x86_64\"/>"
                );
            foreach (var package in advisory.Packages)
                xml.Append(
                    CultureInfo.InvariantCulture,
                    $"<package name=\"{package.Name}\" version=\"{package.Version}\" "
                        + $"release=\"{package.Release}\" epoch=\"{package.Epoch}\" "
                        + $"arch=\"{package.Architecture}\"><filename>{package.FileName}</filename>"
                        + $"{(advisory.SuggestsReboot ? "<reboot_suggested>True</reboot_suggested>" : "")}"
                        + $"{(advisory.SuggestsRestart ? "<restart_suggested>True</restart_suggested>" : "")}</package>"
                );
            xml.Append("</collection></pkglist></update>\n");
        }

        return xml.Append("</updates>\n").ToString();
    }
}

/// <summary>A throw-away OpenPGP key of a test that signs rpms.</summary>
public sealed class RpmSigningKey : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public RpmSigningKey()
    {
        Rig.NeedsCommands("gpg", "gpg-agent", "rpmsign");
        Gpg("--quick-generate-key", "Synthetic Archive <archive@example.org>", "rsa2048", "sign", "never");
        Gpg("--armor", "--output", PublicKey, "--export");
    }

    /// <summary>For <c>gpgkey</c>.</summary>
    public string PublicKey => Path.Combine(_home.Path, "public.asc");

    public void Sign(string rpm) =>
        RigProcess
            .Run(
                "rpmsign",
                "--define",
                "__gpg /usr/bin/gpg",
                "--define",
                "_gpg_name archive@example.org",
                "--define",
                $"_gpg_path {_home.Path}",
                "--addsign",
                rpm
            )
            .Expect();

    public void Dispose()
    {
        RigProcess.Run("gpgconf", "--homedir", _home.Path, "--kill", "all");
        _home.Dispose();
    }

    private void Gpg(params string[] arguments) =>
        RigProcess
            .Run(
                "gpg",
                [
                    "--homedir",
                    _home.Path,
                    "--batch",
                    "--quiet",
                    "--pinentry-mode",
                    "loopback",
                    "--passphrase",
                    "",
                    .. arguments,
                ]
            )
            .Expect();
}
