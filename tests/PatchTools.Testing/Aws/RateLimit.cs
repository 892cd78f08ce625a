namespace PatchTools.Testing.Aws;

/// <summary>
/// A token bucket, as AWS limits the requests of an account: so many at once, and so many a second after that.
/// </summary>
/// <param name="perSecond">Tokens that come back in a second.</param>
/// <param name="burst">As many as there can be.</param>
public sealed class RateLimit(double perSecond, int burst)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private TimeSpan _at;

    /// <param name="at">Now, on a clock that only goes forward.</param>
    /// <returns>False: the request is throttled, and costs nothing.</returns>
    public bool TryTake(TimeSpan at)
    {
        lock (_lock)
        {
            if (at > _at)
            {
                _tokens = Math.Min(burst, _tokens + ((at - _at).TotalSeconds * perSecond));
                _at = at;
            }

            if (_tokens < 1)
                return false;
            _tokens--;
            return true;
        }
    }
}
