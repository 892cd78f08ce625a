using System.Globalization;
using System.Text;

namespace PatchTools.Testing.Rigs;

/// <summary>The Release file of one suite.</summary>
/// <param name="Name">Folder below <c>dists</c>, as a sources entry names it.</param>
/// <param name="Origin"><c>Debian</c>, <c>Ubuntu</c> …</param>
/// <param name="Label">As Origin, or <c>Debian-Security</c>.</param>
/// <param name="Archive">Value of <c>Suite</c>.</param>
/// <param name="Codename">Value of <c>Codename</c>.</param>
/// <param name="Version">Value of <c>Version</c>.</param>
public sealed record SyntheticSuite(
    string Name,
    string Origin,
    string Label,
    string Archive,
    string Codename,
    string Version
)
{
    public static SyntheticSuite Bookworm { get; } = new("bookworm", "Debian", "Debian", "stable", "bookworm", "12.0");

    public static SyntheticSuite BookwormUpdates { get; } =
        new("bookworm-updates", "Debian", "Debian", "stable-updates", "bookworm-updates", "12-updates");

    public static SyntheticSuite BookwormSecurity { get; } =
        new("bookworm-security", "Debian", "Debian-Security", "stable-security", "bookworm-security", "12");

    public static SyntheticSuite Noble { get; } = new("noble", "Ubuntu", "Ubuntu", "noble", "noble", "24.04");

    public static SyntheticSuite NobleUpdates { get; } =
        new("noble-updates", "Ubuntu", "Ubuntu", "noble-updates", "noble", "24.04");

    public static SyntheticSuite NobleSecurity { get; } =
        new("noble-security", "Ubuntu", "Ubuntu", "noble-security", "noble", "24.04");
}

/// <summary>
/// A repository of synthetic packages in a folder: pool, <c>Packages</c> of each architecture, <c>Release</c>, and with
/// a key <c>InRelease</c>.
/// </summary>
public sealed class SyntheticArchive : IDisposable
{
    private static readonly string[] Architectures = ["amd64", "i386"];
    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<SyntheticSuite, List<SyntheticPackage>> _suites = [];

    /// <summary>To be bound at <c>/srv/repo</c> of a root, or to be served.</summary>
    public string Folder => _folder.Path;

    /// <summary>Instant of the Release files.</summary>
    public DateTimeOffset Date { get; init; } = SyntheticPackage.FileTime;

    /// <summary>Signs the Release files; null for a repository that nobody signed.</summary>
    public SigningKey? Key { get; init; }

    public SyntheticArchive Add(SyntheticSuite suite, params IEnumerable<SyntheticPackage> packages)
    {
        if (!_suites.TryGetValue(suite, out var list))
            _suites[suite] = list = [];
        list.AddRange(packages);
        return this;
    }

    /// <summary>Writes everything added so far; may be called again after more was added.</summary>
    public SyntheticArchive Publish()
    {
        foreach (var (suite, packages) in _suites)
        {
            Dictionary<string, StringBuilder> indexes = Architectures.ToDictionary(
                a => a,
                _ => new StringBuilder(),
                StringComparer.Ordinal
            );
            foreach (var package in packages)
            {
                var place = $"pool/{suite.Name}/{package.Architecture}/{package.FileName}";
                var deb = package.Build();
                File.WriteAllBytes(_folder.File(place), deb);
                var stanza =
                    $"{package.Control()}Filename: {place}\nSize: {deb.Length}\nSHA256: "
                    + $"{SyntheticPackage.Sha256(deb)}\n\n";
                foreach (var (architecture, index) in indexes)
                {
                    if (package.Architecture == architecture || package.Architecture == "all")
                        index.Append(stanza);
                }
            }

            var release = new StringBuilder();
            release.Append(
                CultureInfo.InvariantCulture,
                $"Origin: {suite.Origin}\nLabel: {suite.Label}\nSuite: {suite.Archive}\nVersion: "
                    + $"{suite.Version}\nCodename: {suite.Codename}\n"
            );
            release.Append(
                CultureInfo.InvariantCulture,
                $"Date: {Date.ToUniversalTime():ddd, dd MMM yyyy HH:mm:ss} UTC\nArchitectures: "
                    + $"{string.Join(' ', Architectures)}\nComponents: main\nDescription: synthetic\nSHA256:\n"
            );
            foreach (var (architecture, index) in indexes)
            {
                var content = Encoding.UTF8.GetBytes(index.ToString());
                File.WriteAllBytes(_folder.File($"dists/{suite.Name}/main/binary-{architecture}/Packages"), content);
                release.Append(
                    CultureInfo.InvariantCulture,
                    $" {SyntheticPackage.Sha256(content)} {content.Length} main/binary-{architecture}/Packages\n"
                );
            }

            var path = _folder.File($"dists/{suite.Name}/Release");
            File.WriteAllText(path, release.ToString());
            Key?.Sign(path, _folder.File($"dists/{suite.Name}/InRelease"));
        }

        return this;
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>A throw-away OpenPGP key of a test.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public SigningKey()
    {
        Rig.NeedsCommands("gpg", "gpg-agent");
        Gpg("--quick-generate-key", "Synthetic Archive <archive@example.org>", "ed25519", "sign", "never");
        Gpg("--output", PublicKeyring, "--export");
    }

    /// <summary>For <c>signed-by</c>.</summary>
    public string PublicKeyring => Path.Combine(_home.Path, "public.gpg");

    /// <summary>The public key in armour.</summary>
    public string Armoured
    {
        get
        {
            var file = Path.Combine(_home.Path, "public.asc");
            if (!File.Exists(file))
                Gpg("--armor", "--output", file, "--export");
            return File.ReadAllText(file);
        }
    }

    public void Sign(string release, string inRelease)
    {
        File.Delete(inRelease);
        Gpg("--clear-sign", "--digest-algo", "SHA512", "--output", inRelease, release);
    }

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
