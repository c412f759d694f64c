//! The published folder, opened once and shared by every connection.
//!
//! The library asks for a storage with each connection and leaves no room for a failure there,
//! while opening a folder can fail. So it is opened at the start, and only shared here.
//!
//! The library also answers commands that were written ahead in whatever order the file system is
//! done with them: of twenty SIZE in one write, most got another file's answer. So the commands of one
//! connection wait for their turn here.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncRead;
use tokio::sync::Mutex;
use unftp_core::auth::DefaultUser as User;
use unftp_core::storage::{Fileinfo, Result, StorageBackend};
use unftp_sbe_fs::{Filesystem, Meta};

#[derive(Debug)]
pub(crate) struct Folder {
    files: Arc<Filesystem>,
    /// First come, first served, which is what keeps the answers in order.
    turn: Mutex<()>,
}

impl Folder {
    pub(crate) fn new(files: Filesystem) -> Self {
        Self { files: Arc::new(files), turn: Mutex::default() }
    }

    /// The same folder for one more connection, which waits for nobody else's turn.
    pub(crate) fn share(&self) -> Self {
        Self { files: Arc::clone(&self.files), turn: Mutex::default() }
    }
}

#[async_trait]
impl StorageBackend<User> for Folder {
    type Metadata = Meta;

    fn supported_features(&self) -> u32 {
        StorageBackend::<User>::supported_features(&*self.files)
    }

    async fn metadata<P: AsRef<Path> + Send + Debug>(&self, user: &User, path: P) -> Result<Meta> {
        let _turn = self.turn.lock().await;
        self.files.metadata(user, path).await
    }

    async fn list<P: AsRef<Path> + Send + Debug>(
        &self,
        user: &User,
        path: P,
    ) -> Result<Vec<Fileinfo<PathBuf, Meta>>> {
        let _turn = self.turn.lock().await;
        self.files.list(user, path).await
    }

    async fn get<P: AsRef<Path> + Send + Debug>(
        &self,
        user: &User,
        path: P,
        start: u64,
    ) -> Result<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        self.files.get(user, path, start).await
    }

    async fn put<P, R>(&self, user: &User, input: R, path: P, start: u64) -> Result<u64>
    where
        P: AsRef<Path> + Send + Debug,
        R: AsyncRead + Send + Sync + Unpin + 'static,
    {
        self.files.put(user, input, path, start).await
    }

    async fn del<P: AsRef<Path> + Send + Debug>(&self, user: &User, path: P) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.files.del(user, path).await
    }

    async fn mkd<P: AsRef<Path> + Send + Debug>(&self, user: &User, path: P) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.files.mkd(user, path).await
    }

    async fn rename<P: AsRef<Path> + Send + Debug>(&self, user: &User, from: P, to: P) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.files.rename(user, from, to).await
    }

    async fn rmd<P: AsRef<Path> + Send + Debug>(&self, user: &User, path: P) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.files.rmd(user, path).await
    }

    async fn cwd<P: AsRef<Path> + Send + Debug>(&self, user: &User, path: P) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.files.cwd(user, path).await
    }
}
