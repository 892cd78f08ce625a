namespace PatchTools.Adapters.Aws;

/// <summary>
/// How long and how often one call of the ports is tried. Nothing waits longer than <see cref="Deadline"/>.
/// </summary>
internal sealed record CallPatience
{
    public static CallPatience Default { get; } = new();

    /// <summary>For one call with its retries, credentials and body.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// For one download. A document has <see cref="Deadline"/>; what may be larger gets the time that a link of 256 KiB
    /// a second needs besides.
    /// </summary>
    /// <param name="maxBytes">As large as it may be.</param>
    public TimeSpan DeadlineFor(long maxBytes)
    {
        const long Large = 16 * 1024 * 1024; // The largest document there is.
        const long BytesPerSecond = 256 * 1024;
        return maxBytes <= Large ? Deadline : Deadline + TimeSpan.FromSeconds(maxBytes / BytesPerSecond);
    }

    /// <summary>For one try.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries after the first (reference 02 §3).</summary>
    public int Retries { get; init; } = 5;

    /// <summary>
    /// The same for a document. The reference tries a snapshot once; a passing trouble need not cost the run.
    /// </summary>
    public int DownloadRetries { get; init; } = 2;

    /// <summary>
    /// Tries after the first where no connection comes about: nobody listens, no route, no such name.
    /// </summary>
    public const int ConnectRetries = 1;

    /// <summary>
    /// The wait before retry n (1-based) is a random part of 2ⁿ⁻¹ times this, as the reference's SDK waits.
    /// </summary>
    public TimeSpan BackoffUnit { get; init; } = TimeSpan.FromSeconds(1);

    /// <param name="retry">1 for the first.</param>
    public TimeSpan WaitBefore(int retry)
    {
#pragma warning disable CA5394 // Jitter keeps no secret.
        return WaitBefore(retry, Random.Shared.NextDouble());
#pragma warning restore CA5394
    }

    /// <param name="retry">1 for the first.</param>
    /// <param name="part">Which part of the longest wait, 0 to 1.</param>
    public TimeSpan WaitBefore(int retry, double part) => part * Math.Pow(2, retry - 1) * BackoffUnit;

    /// <summary>For the instance metadata service, tokens and values together.</summary>
    public TimeSpan MetadataDeadline { get; init; } = TimeSpan.FromSeconds(2);
}
