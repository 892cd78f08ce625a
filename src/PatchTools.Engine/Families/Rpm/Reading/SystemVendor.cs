using PatchTools.Processes;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// Who makes the operating system, by rpm's database: the vendor of the package that owns os-release.
/// </summary>
internal static class SystemVendor
{
    private const char Record = '\u001e';
    private const char Field = '\u001f';

    /// <summary>The owner first; where it cannot be told, what provides the release.</summary>
    private static readonly string[] Questions =
    [
        "/etc/os-release",
        "/usr/lib/os-release",
        "system-release",
        "distribution-release",
        "redhat-release",
        "suse-release",
    ];

    /// <summary>One command for the whole host.</summary>
    /// <param name="place">Whose database.</param>
    /// <param name="runner">Starts rpm.</param>
    /// <param name="system">What os-release says.</param>
    /// <param name="installed">What rpm has.</param>
    /// <param name="cancellationToken">Stops rpm.</param>
    /// <returns>Empty when it cannot be told.</returns>
    /// <exception cref="CommandFailedException">rpm is not there or cannot read the database.</exception>
    public static async Task<string> AskAsync(
        RpmPlace place,
        IProcessRunner runner,
        OsRelease system,
        IReadOnlyList<RpmPackage> installed,
        CancellationToken cancellationToken
    )
    {
        var command = new Command(
            "rpm",
            [
                .. place.Options,
                "-q",
                "--whatprovides",
                .. Questions,
                "--queryformat",
                $"%{{NAME}}{Field}%{{VENDOR}}{Record}",
            ]
        )
        {
            // As many as there are names that nothing provides.
            ExpectedExitCodes = [.. Enumerable.Range(0, Questions.Length + 1)],
        };
        return Of((await runner.RunAsync(command, cancellationToken)).StandardOutput, system, installed);
    }

    // rpm 4.18.0, fields parted by U+001F and packages by U+001E:
    // error: file /usr/lib/os-release: No such file or directory
    // rocky-release | Rocky Enterprise Software Foundation
    // no package provides suse-release
    internal static string Of(string output, OsRelease system, IReadOnlyList<RpmPackage> installed)
    {
        foreach (var record in output.Split(Record))
        {
            var fields = record[(record.LastIndexOf('\n') + 1)..].Split(Field);
            if (fields is [_, var vendor] && vendor is not ("" or "(none)"))
                return vendor;
        }

        // A database without the files and provides of its packages still has their names: rocky-release, SLES-release.
        return installed
                .FirstOrDefault(package =>
                    package.Vendor.Length > 0
                    && package.Name.Equals($"{system.Id}-release", StringComparison.OrdinalIgnoreCase)
                )
                ?.Vendor
            ?? "";
    }
}
