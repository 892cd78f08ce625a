using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// Module streams as the real dnf has them: on the same repository and the same decisions of the administrator the same
/// versions are visible. A package is called <c>a</c> … <c>d</c>; 1.0 and 2.0 are nobody's, 1.5 is a module's.
/// </summary>
[Collection(RpmUniverseTests.Name)]
public sealed class ModuleRigTests(RpmUniverse universe) : IDisposable
{
    private const string Platform = "platform=el9";

    /// <summary>
    /// By name: module documents as <c>module:stream:version:context[!] packages requires [-demodularized]</c> (an
    /// exclamation mark for a static context, a dash for nothing, a plus between entries of dependencies), and the
    /// decisions <c>enable</c>, <c>disable</c>, <c>default</c>, <c>failsafe</c>.
    /// </summary>
    private static readonly Dictionary<string, string[]> s_cases = new(StringComparer.Ordinal)
    {
        ["one context is met"] =
        [
            "o:1:1:x -",
            "o:2:1:y -",
            "m:1:1:aa a platform=el9,o=1",
            "m:1:2:bb b platform=el9,o=2",
            "enable o:1 m:1",
        ],
        ["contexts that require the same"] = ["m:1:1:aa a", "m:1:2:bb b", "enable m:1"],
        ["contexts that require the same, one of another platform"] =
        [
            "m:1:2:bb a platform=el8",
            "m:1:1:aa b",
            "enable m:1",
        ],
        ["contexts that require different things, and both are met"] =
        [
            "o:1:1:x -",
            "m:1:5:aa a platform=el9,o=1",
            "m:1:1:bb b",
            "enable o:1 m:1",
        ],
        ["static contexts"] = ["m:1:1:cc! a", "m:1:5:bb! b", "m:1:3:dd! c", "enable m:1"],
        ["versions of one static context"] = ["m:1:1:aa! a", "m:1:5:aa! b", "enable m:1"],
        ["a static context and another"] = ["m:1:1:aa! a", "m:1:2:bb! b", "m:1:2:cc c", "enable m:1"],
        ["a static context with requirements"] =
        [
            "o:1:1:x -",
            "m:1:1:aa! a platform=el9,o=1",
            "m:1:2:cc c",
            "enable o:1 m:1",
        ],
        ["several entries of dependencies"] = ["m:1:1:aa a platform=el8+platform=el9", "enable m:1"],
        ["an enabled stream overrides a default"] =
        [
            "m:1:1:aa a platform=el9,o=2",
            "o:1:1:aa -",
            "o:2:1:bb b",
            "default o:1",
            "enable m:1",
        ],
        ["enabled streams that contradict each other"] =
        [
            "m:1:1:aa a platform=el9,o=1",
            "n:1:1:aa b platform=el9,o=2",
            "o:1:1:x c",
            "o:2:1:y -",
            "z:1:1:aa d",
            "enable m:1 n:1 z:1",
        ],
        ["another context lets two streams fit"] =
        [
            "m:1:1:aa a platform=el9,o=1",
            "m:1:1:ab c platform=el9,o=2",
            "n:1:1:aa b platform=el9,o=2",
            "o:1:1:x -",
            "o:2:1:y -",
            "enable m:1 n:1",
        ],
        ["defaults that contradict each other"] =
        [
            "m:1:1:aa a platform=el9,o=1",
            "n:1:1:aa b platform=el9,o=2",
            "o:1:1:x -",
            "o:2:1:y c",
            "default m:1 n:1",
        ],
        ["any stream of another module"] = ["m:1:1:aa a platform=el9,o=", "o:2:1:x b", "o:1:1:x c", "enable m:1"],
        ["a disabled module is required"] = ["m:1:1:aa a platform=el9,o=1", "o:1:1:x b", "disable o", "enable m:1"],
        ["demodularized by the newest build"] = ["m:1:1:aa a", "m:1:2:aa - platform=el9 -a", "enable m:1"],
        ["demodularized by an older build"] = ["m:1:2:aa a", "m:1:1:bb - platform=el9 -a", "enable m:1"],
        ["demodularized by a build that is not active"] =
        [
            "o:1:1:x -",
            "o:2:1:y -",
            "m:1:1:aa a",
            "m:1:2:bb - platform=el9,o=2 -a",
            "enable o:1 m:1",
        ],
        ["demodularized by a stream that is not enabled"] =
        [
            "m:1:1:aa a",
            "m:1:2:aa - platform=el9 -a",
            "m:2:1:aa -",
            "enable m:2",
        ],
        ["a fail-safe copy"] = ["failsafe m:1:1:aa a", "enable m:1"],
        ["a fail-safe copy of one stream while another is there"] = ["m:2:1:aa -", "failsafe m:1:1:aa a", "enable m:1"],
        ["a fail-safe copy of a stream that is there"] = ["m:1:2:bb b", "failsafe m:1:9:aa a", "enable m:1"],
        ["a fail-safe copy of a stream that is not enabled"] = ["failsafe m:1:1:aa a", "enable m:2"],
        ["documents of another architecture"] = ["m:1:1:aa@aarch64 a", "n:1:1:aa@noarch b", "enable m:1 n:1"],
        ["an enabled stream that nobody has"] = ["m:1:1:aa a", "enable m:7"],
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    private readonly TemporaryDirectory _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_is_visible_is_what_dnf_sees(string name)
    {
        using var root = universe.NewRoot();
        var lines = s_cases[name];
        MakeRepository(
            string.Concat(
                lines.Where(l => l[1] == ':' || l.StartsWith("default ", StringComparison.Ordinal)).Select(Document)
            )
        );
        root.Repository("base", $"baseurl=file://{_repository.Path}\ngpgcheck=0");
        foreach (var decision in lines.Where(l => l.StartsWith("enable ", StringComparison.Ordinal)))
        {
            foreach (var stream in decision.Split(' ').Skip(1).Select(s => s.Split(':')))
                root.Module(stream[0], stream[1], "enabled");
        }

        foreach (var decision in lines.Where(l => l.StartsWith("disable ", StringComparison.Ordinal)))
            root.Module(decision.Split(' ')[1], "", "disabled");
        root.Dnf("makecache");
        foreach (var copy in lines.Where(l => l.StartsWith("failsafe ", StringComparison.Ordinal)).Select(l => l[9..]))
            root.Write($"var/lib/dnf/modulefailsafe/{copy[..3]}:x86_64.yaml", Document(copy));

        var theirs = root.Dnf("-C", "-q", "repoquery", "--available", "--qf", "%{name} %{evr}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l.Contains(' ', StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        var ours = (await root.InventoryAsync())
            .Offers.Select(o => $"{o.Name} {o.Edition}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(theirs, ours);
    }

    private void MakeRepository(string modules)
    {
        var packages = string.Concat(
            from name in new[] { "a", "b", "c", "d" }
            from version in new[] { "1.0", "1.5", "2.0" }
            select $"""
                <package type="rpm"><name>{name}</name><arch>x86_64</arch><version epoch="0" ver="{version}" rel="1"/><checksum type="sha256" pkgid="YES">{Sum(
                    name + version
                )}</checksum><summary>x</summary><description>x</description><packager/><url/><time file="1767225600" build="1767225600"/><size package="1" installed="1" archive="1"/><location href="{name}-{version}.rpm"/><format><rpm:license>MIT</rpm:license><rpm:provides><rpm:entry name="{name}" flags="EQ" epoch="0" ver="{version}" rel="1"/></rpm:provides></format></package>
                """
        );
        var entries = new StringBuilder();
        foreach (
            var (type, text) in new[]
            {
                (
                    "primary",
                    $"<metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"12\">{packages}</metadata>"
                ),
                ("filelists", "<filelists xmlns=\"http://linux.duke.edu/metadata/filelists\" packages=\"0\"/>"),
                ("modules", modules),
            }
        )
        {
            if (text.Length == 0)
                continue;
            File.WriteAllText(_repository.File($"repodata/{type}"), text);
            entries.Append(
                CultureInfo.InvariantCulture,
                $"<data type=\"{type}\"><checksum type=\"sha256\">{Sum(text)}</checksum><location "
                    + $"href=\"repodata/{type}\"/><timestamp>1767225600</timestamp></data>"
            );
        }

        File.WriteAllText(
            _repository.File("repodata/repomd.xml"),
            $"<repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><revision>1767225600</revision>{entries}</repomd>"
        );
    }

    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // m:1:2:bb! b platform=el9,o=2 -a | default m:1 n:1
    private static string Document(string line)
    {
        var words = line.Split(' ');
        if (words[0] == "default")
            return string.Concat(
                words
                    .Skip(1)
                    .Select(w => w.Split(':'))
                    .Select(w =>
                        $"---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {w[0]}\n  stream: "
                        + $"\"{w[1]}\"\n...\n"
                    )
            );
        var id = words[0].Split(':');
        var context = id[3].Split('@')[0];
        var text = new StringBuilder();
        text.Append("---\ndocument: modulemd\nversion: 2\ndata:\n")
            .Append(CultureInfo.InvariantCulture, $"  name: {id[0]}\n  stream: \"{id[1]}\"\n  version: {id[2]}\n")
            .Append(CultureInfo.InvariantCulture, $"  context: \"{context.TrimEnd('!')}\"\n")
            .Append(context.EndsWith('!') ? "  static_context: true\n" : "")
            .Append(
                CultureInfo.InvariantCulture,
                $"  arch: {(id[3].Contains('@', StringComparison.Ordinal) ? id[3].Split('@')[1] : "x86_64")}\n"
            )
            .Append("  summary: x\n  description: x\n  license:\n    module: [MIT]\n  dependencies:\n");
        foreach (var entry in words.Skip(2).FirstOrDefault(Platform).Split('+'))
        {
            text.Append("  - requires:\n");
            foreach (var (module, stream) in entry.Split(',').Select(r => r.Split('=')).Select(r => (r[0], r[1])))
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"      {module}: [{(stream.Length > 0 ? $"\"{stream}\"" : "")}]\n"
                );
        }

        if (words.Length > 3)
            text.Append(CultureInfo.InvariantCulture, $"  demodularized:\n    rpms:\n    - {words[3][1..]}\n");
        if (words[1] != "-")
            text.Append(CultureInfo.InvariantCulture, $"  artifacts:\n    rpms:\n    - {words[1]}-0:1.5-1.x86_64\n");
        return text.Append("...\n").ToString();
    }
}
