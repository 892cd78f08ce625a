using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>
/// Writes the metadata of a repository as createrepo_c does, without packages: nothing is ever downloaded.
/// </summary>
internal static class RepositoryFiles
{
    private const string Head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    public static void Write(RpmRepository repository, string folder, DateTimeOffset made, bool withPlatform)
    {
        var data = Path.Combine(folder, "repodata");
        Directory.CreateDirectory(data);
        var time = made.ToUnixTimeSeconds();
        var repomd = new StringBuilder(Head);
        repomd.Append(
            CultureInfo.InvariantCulture,
            $"<repomd xmlns=\"http://linux.duke.edu/metadata/repo\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\"><revision>{time}</revision>\n"
        );
        Add("primary", Primary(repository, time));
        Add("filelists", Empty("filelists"));
        Add("other", Empty("other"));
        if (repository.Advisories.Count > 0)
            Add("updateinfo", UpdateInfo(repository, made));
        if (repository.Modules.Count > 0)
            Add("modules", Modules(repository, withPlatform));
        File.WriteAllText(Path.Combine(data, "repomd.xml"), repomd.Append("</repomd>\n").ToString());

        void Add(string kind, string text)
        {
            var plain = Encoding.UTF8.GetBytes(text);
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(plain);
            var bytes = packed.ToArray();
            var sum = Convert.ToHexStringLower(SHA256.HashData(bytes));
            var name = $"{sum}-{kind}{(kind == "modules" ? ".yaml" : ".xml")}.gz";
            File.WriteAllBytes(Path.Combine(data, name), bytes);
            repomd.Append(
                CultureInfo.InvariantCulture,
                $"<data type=\"{kind}\"><checksum type=\"sha256\">{sum}</checksum><open-checksum "
                    + $"type=\"sha256\">{Convert.ToHexStringLower(SHA256.HashData(plain))}</open-checksum><location "
                    + $"href=\"repodata/{name}\"/><timestamp>{time}</timestamp><size>{bytes.Length}</size><open-size>"
                    + $"{plain.Length}</open-size></data>\n"
            );
        }
    }

    private static string Primary(RpmRepository repository, long time)
    {
        var xml = new StringBuilder(Head);
        xml.Append(
            CultureInfo.InvariantCulture,
            $"<metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{repository.Packages.Count}\">\n"
        );
        foreach (var package in repository.Packages)
        {
            var (epoch, version, release) = package.Parts;
            var id = Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{repository.Id} {package.Nevra}"))
            );
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<package "
                    + $"type=\"rpm\"><name>{package.Name}</name><arch>{package.Architecture}</arch><version "
                    + $"epoch=\"{epoch}\" ver=\"{version}\" rel=\"{release}\"/><checksum type=\"sha256\" "
                    + $"pkgid=\"YES\">{id}</checksum><summary>x</summary><description>x</description><packager/><url/>"
                    + $"<time file=\"{time}\" build=\"{time}\"/><size package=\"1000\" installed=\"1000\" "
                    + $"archive=\"1000\"/><location href=\"{package.FileName}\"/><format><rpm:license>x</rpm:license>"
                    + $"<rpm:vendor>Rig</rpm:vendor><rpm:group>x</rpm:group><rpm:buildhost>x</rpm:buildhost>"
                    + $"<rpm:sourcerpm>{package.Name}-{version}-{release}.src.rpm</rpm:sourcerpm><rpm:header-range "
                    + $"start=\"0\" end=\"100\"/><rpm:provides><rpm:entry name=\"{package.Name}\" flags=\"EQ\" "
                    + $"epoch=\"{epoch}\" ver=\"{version}\" rel=\"{release}\"/></rpm:provides>"
            );
            if (package.Obsoletes is { } obsoletes)
                xml.Append(
                    CultureInfo.InvariantCulture,
                    $"<rpm:obsoletes><rpm:entry name=\"{obsoletes}\"/></rpm:obsoletes>"
                );
            xml.Append("</format></package>\n");
        }

        return xml.Append("</metadata>\n").ToString();
    }

    private static string Empty(string kind) =>
        $"{Head}<{kind}{(kind == "other" ? "data" : "")} xmlns=\"http://linux.duke.edu/metadata/{kind}\" packages=\"0\"></{kind}{(kind == "other" ? "data" : "")}>\n";

    private static string UpdateInfo(RpmRepository repository, DateTimeOffset made)
    {
        var xml = new StringBuilder(Head + "<updates>\n");
        var date = made.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        foreach (var advisory in repository.Advisories)
        {
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<update from=\"rig@example.org\" status=\"{advisory.Status}\" type=\"{advisory.Type}\" "
                    + $"version=\"1\"><id>{advisory.Id}</id><title>{advisory.Id}</title>"
            );
            if (advisory.Severity.Length > 0)
                xml.Append(CultureInfo.InvariantCulture, $"<severity>{advisory.Severity}</severity>");
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<release>rig</release><issued date=\"{date}\"/><updated date=\"{date}\"/><references><reference href=\"https://example.org/\" id=\"CVE-2026-{advisory.Id[4..6]}\" type=\"cve\" title=\"c\"/></references><description>x</description><pkglist>"
            );
            for (var i = 0; i < advisory.Collections; i++)
            {
                xml.Append(CultureInfo.InvariantCulture, $"<collection short=\"rig{i}\"><name>rig{i}</name>");
                for (var p = i; p < advisory.Packages.Count; p += advisory.Collections)
                {
                    var package = advisory.Packages[p];
                    var (epoch, version, release) = package.Parts;
                    xml.Append(
                        CultureInfo.InvariantCulture,
                        $"<package name=\"{package.Name}\" version=\"{version}\" release=\"{release}\" "
                            + $"epoch=\"{epoch}\" "
                            + $"arch=\"{package.Architecture}\"><filename>{package.FileName}</filename></package>"
                    );
                }

                xml.Append("</collection>");
            }

            xml.Append("</pkglist></update>\n");
        }

        return xml.Append("</updates>\n").ToString();
    }

    private static string Modules(RpmRepository repository, bool withPlatform)
    {
        var yaml = new StringBuilder();
        foreach (var module in repository.Modules)
        {
            yaml.Append(
                CultureInfo.InvariantCulture,
                $"---\ndocument: modulemd\nversion: 2\ndata:\n  name: {module.Name}\n  stream: "
                    + $"\"{module.Stream}\"\n  version: 1\n  context: \"0000000{module.Stream}\"\n  arch: x86_64\n  "
                    + $"summary: x\n  description: x\n  license:\n    module: [MIT]\n"
            );
            if (withPlatform)
                yaml.Append("  dependencies:\n  - requires:\n      platform: [el9]\n");
            if (module.Artifacts.Count > 0)
                yaml.Append("  artifacts:\n    rpms:\n");
            foreach (var package in module.Artifacts)
                yaml.Append(CultureInfo.InvariantCulture, $"    - {package.Nevra}\n");
            yaml.Append("...\n");
            if (module.IsDefault)
                yaml.Append(
                    CultureInfo.InvariantCulture,
                    $"---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {module.Name}\n  stream: "
                        + $"\"{module.Stream}\"\n...\n"
                );
        }

        return yaml.ToString();
    }
}
