using PatchTools.Errors;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Processes;

namespace PatchTools.Families.Rpm.Reboot;

/// <summary>
/// The files of every package, as one query of rpm's lists them: only rpm reads its database, and a path at a time
/// would be a process each.
/// </summary>
internal sealed class RpmFileOwners(string root, IProcessRunner runner) : IFileOwners
{
    private const char Record = '\u001e';
    private const char Field = '\u001f';

    // rpm 4.18.0, fields parted by U+001F and packages by U+001E:
    // zlib | /usr/lib64/libz.so.1 | /usr/lib64/libz.so.1.2.11 |
    public async Task<IReadOnlyDictionary<string, string>> OwnersOfAsync(
        IReadOnlyCollection<string> paths,
        CancellationToken cancellationToken
    )
    {
        var ownership = new FileOwnership(paths);
        if (paths.Count == 0)
            return ownership.Owners;
        var command = new Command(
            "rpm",
            [
                .. RpmPlace.InPlace(root).Options,
                "-qa",
                "--queryformat",
                $"%{{NAME}}{Field}[%{{FILENAMES}}{Field}]{Record}",
            ]
        )
        {
            AnswersAtLength = true,
        };
        CommandResult result;
        try
        {
            result = await runner.RunAsync(command, cancellationToken);
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.PackageManagerFailed)
        {
            return ownership.Owners;
        }

        foreach (var record in result.Records(Record))
        {
            var fields = record.Split(Field);
            foreach (var file in fields.Skip(1))
                ownership.Add(fields[0], file);
        }

        return ownership.Owners;
    }
}
