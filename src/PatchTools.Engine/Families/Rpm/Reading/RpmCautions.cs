using PatchTools.Processes;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>What is not well with the installed packages of a host of rpm's, although each of them is there.</summary>
internal sealed class RpmCautions(RpmPlace place, IProcessRunner runner, KnownDependencies known)
{
    /// <summary>
    /// Sentences that stand beside the verdict. Asked while something else is read: rpm takes its time.
    /// </summary>
    /// <param name="installed">What rpm has.</param>
    /// <param name="several">What the tool's configuration allows in several versions.</param>
    /// <param name="read">What to read meanwhile.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    /// <exception cref="CommandFailedException">rpm cannot be started.</exception>
    public async Task<(T Read, IReadOnlyList<string> Cautions)> BesideAsync<T>(
        IReadOnlyList<RpmPackage> installed,
        IReadOnlyCollection<string> several,
        Func<Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        var asked = AskAsync(installed, several, cancellationToken);
        try
        {
            return (await read(), await asked);
        }
        finally
        {
            // No query outlives the reading that failed.
            await Task.WhenAny(asked);
        }
    }

    private async Task<IReadOnlyList<string>> AskAsync(
        IReadOnlyList<RpmPackage> installed,
        IReadOnlyCollection<string> several,
        CancellationToken cancellationToken
    )
    {
        List<string?> cautions =
        [
            await new RpmDuplicates(place, runner).CautionAsync(installed, several, cancellationToken),
            await known.OrAskAsync(() => new RpmDependencies(place, runner).CautionAsync(cancellationToken)),
        ];
        return [.. cautions.OfType<string>()];
    }
}
